#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything that needs a GPU, from a bundle (cmake --build --preset bundle) or a checkout's build: the GPU tests, the
# core's and the collector's own cost, calibration, check mode, small recordings, and the study of the schedules. Results go to one folder; a part
# that is done is not done again, and the study adds repetitions to its database, so that several short stays add up.
#
#   ./ci/gpu.sh [--part NAME]… [--budget-s N] [--reps N] [--out FOLDER]
#   parts: doctor tests core collector calibrate check recordings study   (default: all, in this order)
#          transformers   (by name only: needs python3 with torch and transformers)
set -uo pipefail
cd "$(dirname "$0")/.."

bin=bin
[ -x bin/offledger ] || bin=build/release/bin
out=${OUT:-results}
parts=()
budget=1200
reps=10
while [ $# -gt 0 ]; do
  case $1 in
    --part) parts+=("$2"); shift 2 ;;
    --budget-s) budget=$2; shift 2 ;;
    --reps) reps=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    *) echo "ci/gpu.sh: unknown option '$1' (known: --part --budget-s --reps --out)" >&2; exit 2 ;;
  esac
done
[ ${#parts[@]} -gt 0 ] || parts=(doctor tests core collector calibrate check recordings study)
mkdir -p "$out"
export bin out
database=$out/study.sqlite
begin=$SECONDS
failed=0

# A bundle carries no CUDA libraries: the toolkit of this machine has them.
if ! ldconfig -p | grep -q libcublasLt.so.13; then
  for folder in "${CUDA_HOME:-}" "${CUDA_PATH:-}" /usr/local/cuda /usr/local/cuda-13*; do
    for lib in "$folder/lib64" "$folder/targets/x86_64-linux/lib"; do
      [ -e "$lib/libcublasLt.so.13" ] && export LD_LIBRARY_PATH="$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" && break 2
    done
  done
fi

left() { echo $((budget - (SECONDS - begin))); }

# part NAME COMMAND…: its output goes to a file of that name; skipped where an earlier stay has done it.
part() {
  local name=$1
  shift
  if [ -e "$out/$name.done" ]; then
    echo "$name: done already"
    return
  fi
  if [ "$(left)" -le 0 ]; then
    echo "$name: no time left"
    return
  fi
  local started=$SECONDS
  if timeout "$(left)" "$@" >"$out/$name.txt" 2>&1; then
    touch "$out/$name.done"
    echo "$name: ok, $((SECONDS - started)) s"
  else
    echo "$name: FAILED ($?), $((SECONDS - started)) s; the end of $out/$name.txt:"
    tail -n 15 "$out/$name.txt"
    failed=1
  fi
}

# A few layers of each schedule, and of one that copies from pageable memory: small enough to keep as fixtures.
recordings() {
  local schedule file
  mkdir -p "$out/recordings"
  for schedule in history1 history stage1 stage2 stage12 blocking1 accelerate; do
    file=$out/recordings/$schedule.oflg
    "$bin/offledger" play --schedule "$schedule" --workload llama70b-6l-t8192 --device cuda -o "$file" || return 1
    [ "$(stat -c %s "$file")" -le 300000 ] || { echo "$file: over 300 kB"; return 1; }
    "$bin/offledger" explain "$file" >"${file%.oflg}.txt" || return 1
  done
  ls -l "$out/recordings"
}

# Whether each schedule computes what the model computes, 70B layers, with copies and readers late in turn.
check() {
  "$bin/offledger" run --check --device cuda --workload llama70b-6l-t8192 --schedule history1 --schedule history \
    --schedule stage1 --schedule stage2 --schedule stage12 --schedule blocking1
}

# Two small random checkpoints by transformers, and the reference core on them.
transformers() {
  local script
  for script in tests/gpu/model_cuda ci ../../tests/gpu/model_cuda; do
    [ -e "$script/make_checkpoints.py" ] && break
  done
  python3 "$script/make_checkpoints.py" "$out/checkpoints" || return 1
  OFFLEDGER_CHECKPOINTS=$out/checkpoints "$bin/gpu_model_cuda" --gtest_filter='CheckpointTest.*'
}

export -f recordings check transformers  # part() runs them under timeout

# study SUITE REPS: rounds of one repetition of every cell, so that a stay that ends early leaves whole rounds.
study() {
  local suite=$1 most=$2 round=1 resume=()
  while [ "$round" -le "$most" ]; do
    [ "$(left)" -gt 30 ] || return 1
    resume=()
    "$bin/offledger" history show "$suite" --db "$database" >/dev/null 2>&1 && resume=(--resume "$suite")
    "$bin/offledger" run --suite "$suite" --device cuda --reps "$round" --label "$suite" --commit "$(cat commit 2>/dev/null)" --db "$database" "${resume[@]}" \
      --budget-s "$(($(left) - 20))" >"$out/$suite.txt" 2>"$out/$suite.log" || { tail -n 3 "$out/$suite.log"; return 1; }
    round=$((round + 1))
  done
}

for name in "${parts[@]}"; do
  case $name in
    doctor) part doctor "$bin/offledger" doctor ;;
    tests)
      for program in "$bin"/gpu_*; do part "tests-$(basename "$program")" "$program"; done ;;
    core) part core "$bin/layer_bench" ;;
    collector) part collector "$bin/collector_cost" 3 ;;
    calibrate) part calibrate "$bin/offledger" calibrate --device cuda -o "$out/profile.json" ;;
    check | recordings | transformers) part "$name" bash -uc "$name" ;;
    study)
      for suite in "study-short 3" "study $reps"; do
        # shellcheck disable=SC2086
        if study $suite; then echo "$suite: complete"; else echo "$suite: unfinished; run again to add to it"; fi
      done ;;
    *) echo "ci/gpu.sh: unknown part '$name'" >&2; exit 2 ;;
  esac
done
echo "results in $out; $((SECONDS - begin)) s"
exit $failed
