#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every test on this machine: the release build, then the sanitizers. GPU tests carry the label `gpu` and skip with a
# reason where there is no device. `./ci/test.sh --quick` leaves the sanitizers out.
set -euo pipefail
cd "$(dirname "$0")/.."

presets=(release asan tsan)
[ "${1:-}" = "--quick" ] && presets=(release)
jobs=$(nproc)

for preset in "${presets[@]}"; do
  if [ "$preset" = tsan ]; then
    # ThreadSanitizer watches what has threads; the rest would only be slow.
    mapfile -t threaded < <(cat tests/threaded.txt | grep -v '^#')
    ./ci/build.sh tsan "${threaded[@]}"
    pattern="^($(IFS='|'; echo "${threaded[*]}"))\\."
    ctest --preset tsan -j "$jobs" -R "$pattern"
  else
    ./ci/build.sh "$preset"
    ctest --preset "$preset" -j "$jobs"
  fi
done
echo "all tests passed: ${presets[*]}"
