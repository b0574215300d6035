#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the Debian/Ubuntu packages that are missing, and nothing where none is. Quiet unless something is done;
# uses sudo where not root. `./ci/packages.sh --list` prints the names.
set -euo pipefail

packages=(
  build-essential cmake ninja-build ccache git
  nlohmann-json3-dev libsimdjson-dev libsqlite3-dev libsqlitecpp-dev libcli11-dev libfmt-dev
  libboost-dev libxxhash-dev zlib1g-dev
  libgtest-dev librapidcheck-dev libbenchmark-dev libvalijson-dev
  python3 python3-yaml sqlite3
)

if [ "${1:-}" = "--list" ]; then
  printf '%s\n' "${packages[@]}"
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "ci/packages.sh: expected to be root or to have sudo; install these packages by hand: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "installing: ${missing[*]}" >&2
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
if ! { "${as_root[@]}" apt-get update -q && "${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  echo "ci/packages.sh: apt-get failed; its last lines:" >&2
  tail -n 20 "$log" >&2
  exit 1
fi
rm -f "$log"
