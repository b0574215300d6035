#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# ./ci/build.sh PRESET [TARGET…]: installs what is missing, configures and builds. Quiet where nothing is to be done;
# the compiler's output appears only where it fails.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
shift
./ci/packages.sh

log=build/$preset.log
mkdir -p build
configure_needed() { [ ! -f "build/$preset/build.ninja" ]; }
if configure_needed; then
  echo "configuring build/$preset" >&2
  cmake --preset "$preset" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
fi
if ! ninja -C "build/$preset" -n "$@" 2>/dev/null | grep -q 'no work to do'; then
  echo "building build/$preset (log: $log)" >&2
  ninja -C "build/$preset" "$@" >"$log" 2>&1 || { grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking|Generating)' "$log" >&2; exit 1; }
fi
