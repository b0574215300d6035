#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Writes the samples of this folder anew, or to FOLDER: what ci/github/gate.sh leaves on a pull request that fails and on
# one that passes, a sitting with noise, and one cell of it explained. Simulated, so that the bytes are always the same.
#
#   OFFLEDGER  the binary; default: this checkout's release build
#   ./docs/samples/make.sh [FOLDER]
set -euo pipefail
folder=$(realpath -m "${1:-$(dirname "$0")}")
cd "$(dirname "$0")/../.."
export OFFLEDGER=${OFFLEDGER:-$PWD/build/release/bin/offledger}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder"

# The change: the copies of `history` are held back until the compute issued before them is done.
python3 - schedules/catalogue/history.json "$work/history.json" <<'PY'
import json, sys
schedule = json.load(open(sys.argv[1]))
for point in schedule["issue"]:
    point["fence"] = True
json.dump(schedule, open(sys.argv[2], "w"))
PY
suite() { # FILE SCHEDULE
  printf '{"name": "engine", "title": "two schedules", "cases": [{"schedules": ["%s", "stage1"], "workloads": ["llama70b-6l-t8192"]}]}' "$2" >"$1"
}
suite "$work/before.json" history
suite "$work/after.json" "$work/history.json"

# What Actions sets; everything that names this machine is fixed. Exit codes are checked.
gate() { # EXPECTED SUITE COMMIT
  local code=0
  env -u GITHUB_OUTPUT -u CI_JOB_URL GITHUB_ACTIONS=true GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=someone/engine \
    GITHUB_RUN_ID=42 GITHUB_SHA="$3" GITHUB_STEP_SUMMARY="$work/summary.md" OFFLEDGER_SUITE="$2" OFFLEDGER_DEVICE=sim:h200 \
    OFFLEDGER_DB="$work/history.sqlite" OFFLEDGER_OUT="$work/results" NO_COLOR=1 COLUMNS=100 \
    ./ci/github/gate.sh >/dev/null 2>"$work/log" || code=$?
  [ "$code" -eq "$1" ] || { cat "$work/log"; echo "make.sh: expected exit $1, found $code"; exit 1; } >&2
}
base=1111111111111111111111111111111111111111
gate 0 "$work/before.json" $base
gate 0 "$work/before.json" 2222222222222222222222222222222222222222
cp "$work/results/comment.md" "$folder/passing.md"
: >"$work/summary.md"
gate 1 "$work/after.json" 3333333333333333333333333333333333333333
for file in verdict.txt verdict.json comment.md annotations.txt junit.xml verdict.sarif; do
  cp "$work/results/$file" "$folder/$file"
done
cp "$work/summary.md" "$folder/summary.md"
"$OFFLEDGER" explain candidate:history/llama70b-6l-t8192 --db "$work/history.sqlite" >"$folder/explain.txt"

# Ten repetitions a side with a noise of two in a thousand, taken in turn.
code=0
"$OFFLEDGER" ab --base-schedule history --cand-schedule "$work/history.json" --base-schedule stage1 --cand-schedule stage1 \
  --workload llama70b-6l-t8192 --device sim:h200+noise=1,2 --no-top-up --db "$work/ab.sqlite" --base-commit $base \
  --write "md=$folder/ab.md" >"$folder/ab.txt" 2>"$work/log" || code=$?
[ "$code" -eq 1 ] || { cat "$work/log"; echo "make.sh: expected exit 1 of ab, found $code"; exit 1; } >&2
