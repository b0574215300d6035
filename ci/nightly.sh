#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The nightly: installs what is missing, builds, runs the nightly suite on the best device there is, compares with the
# baseline (the first run records it), and says where everything is. Exit code: the gate's (docs/exit-codes.md).
#
#   OFFLEDGER_NIGHTLY_DIR  where results go; default: build/nightly in this checkout
#   OFFLEDGER_DEVICE       a device to use instead of the best one ("sim:h200", "cuda:0")
set -euo pipefail
cd "$(dirname "$0")/.."

./ci/build.sh release offledger
offledger=build/release/bin/offledger
results=${OFFLEDGER_NIGHTLY_DIR:-build/nightly}
database=$results/history.sqlite
mkdir -p "$results"

device=${OFFLEDGER_DEVICE:-$("$offledger" devices --best)}
commit=$(git rev-parse HEAD 2>/dev/null || echo unknown)
"$offledger" run --suite nightly --device "$device" --db "$database" --commit "$commit" --label nightly \
  >"$results/run.txt"
"$offledger" trace latest --db "$database" -o "$results/trace.json.gz"

code=0
"$offledger" gate --db "$database" --record-first --write "md=$results/summary.md" >"$results/gate.txt" || code=$?
cat "$results/gate.txt"
cat <<TEXT
database  $database
trace     $results/trace.json.gz
summary   $results/summary.md
table     $results/run.txt
TEXT
exit "$code"
