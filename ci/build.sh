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
quietly() { "$@" >"$log" 2>&1 || { grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking|Generating)' "$log" >&2; exit 1; }; }

if [ ! -f "build/$preset/build.ninja" ]; then
  echo "configuring and building build/$preset (log: $log); the first time takes some minutes" >&2
  quietly cmake --preset "$preset"
fi
quietly ninja -C "build/$preset" "$@"
