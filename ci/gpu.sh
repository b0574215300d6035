#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything that needs a GPU, from a bundle (cmake --build --preset bundle) or a checkout's build: the GPU tests, the
# core's and the collector's own cost, calibration, check mode, small recordings, and the study of the schedules. Results go to one folder; a part
# that is done is not done again, and the study adds repetitions to its database, so that several short stays add up. Exit code:
# 1 where a part failed; 0 where all that the budget left time for went well.
#
#   ./ci/gpu.sh [--part NAME]… [--budget-s N] [--reps N] [--out FOLDER]
#   parts: doctor tests core collector calibrate check engines recordings study   (default: all, in this order)
#          transformers   (by name only: needs python3 with torch and transformers)
#          sittings       (by name only: needs python3 with torch)
#          pairs          (by name only: needs python3 with torch)
#          counters       (by name only: reading counters needs the right to)
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
[ ${#parts[@]} -gt 0 ] || parts=(doctor tests core collector calibrate check engines recordings study)
mkdir -p "$out"
export bin out
database=$out/study.sqlite
begin=$SECONDS
failed=0
unfinished=()

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
  local limit
  limit=$(left)
  if [ "$limit" -le 0 ]; then
    unfinished+=("$name")
    return
  fi
  local started=$SECONDS code=0
  timeout "$limit" "$@" >"$out/$name.txt" 2>&1 || code=$?
  if [ "$code" -eq 0 ]; then
    touch "$out/$name.done"
    echo "$name: ok, $((SECONDS - started)) s"
  elif [ "$code" -eq 124 ] && [ "$(left)" -le 0 ]; then
    echo "$name: stopped after $((SECONDS - started)) s, as the budget was spent"
    unfinished+=("$name")
  else
    echo "$name: FAILED ($code), $((SECONDS - started)) s; the end of $out/$name.txt:"
    tail -n 15 "$out/$name.txt"
    failed=1
  fi
}

# A few layers of each schedule, and of one that copies from pageable memory: small enough to keep as fixtures.
recordings() {
  local schedule file
  mkdir -p "$out/recordings"
  for schedule in history1 history stage1 stage2 stage12 blocking1 history_fenced blocking1_fenced accelerate; do
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

# Every schedule of the catalogue: whether its answer is the model's, on a small model; then the engines, measured on six
# layers of 70B shape, with the cause of each one's idle time.
engines() {
  "$bin/offledger" run --check --device cuda --suite catalogue || return 1
  "$bin/offledger" run --suite engines-short --device cuda --label engines --db "$out/engines.sqlite"
}

# Two small random checkpoints by transformers, and the reference core on them.
transformers() {
  python3 tests/gpu/model_cuda/make_checkpoints.py "$out/checkpoints" || return 1
  OFFLEDGER_CHECKPOINTS=$out/checkpoints "$bin/gpu_model_cuda" --gtest_filter='CheckpointTest.*'
}

# Broken and fixed PyTorch programs, each pair told apart by name; what is counted, against PyTorch's own profiler, and what
# profiling costs; hardware counters beside such programs. Recordings are kept.
pairs() {
  local failed=0
  python3 tests/gpu/diagnosis_pairs.py --out "$out/pairs" "$bin/offledger" || failed=1
  python3 tests/gpu/profile_counts.py "$bin/offledger" || failed=1
  python3 tests/gpu/profile_programs.py --out "$out/programs" "$bin/offledger" || failed=1
  python3 tests/gpu/counted_programs.py --out "$out/counted" "$bin/offledger" || failed=1
  return $failed
}

# Hardware counters beside records: every seed schedule and its fenced form; recordings small enough to
# keep; counters alone; what the front end stands at; and what sampling adds to wall.
counters() {
  local schedule file failed=0
  local schedules=(history1 stage1 history blocking1 stage12 stage2)
  mkdir -p "$out/counters"
  "$bin/counter_smoke" || return 1
  if OFFLEDGER_COUNTER_THREADS=8 "$bin/counter_smoke" >"$out/counters/threads.txt" 2>&1; then
    export OFFLEDGER_COUNTER_THREADS=8
  fi
  for schedule in "${schedules[@]}"; do  # each by itself, so that a stay that ends early leaves what it did
    "$bin/offledger" run --counters --device cuda --reps 1 --workload llama70b-6l-t8192 --label counters \
      --schedule "$schedule" --schedule "${schedule}_fenced" --db "$out/counters.sqlite" || failed=1
  done
  for schedule in history1 blocking1; do
    file=$out/counters/$schedule.oflg
    "$bin/offledger" play --counters --schedule "$schedule" --workload llama70b-6l-t8192 --device cuda -o "$file" || failed=1
    [ "$(stat -c %s "$file")" -le 300000 ] || { echo "$file: over 300 kB"; failed=1; }
    "$bin/offledger" explain "$file" >"${file%.oflg}.txt" || failed=1
  done
  for schedule in history1 history_fenced; do
    file=$out/counters/$schedule.only.oflg
    "$bin/offledger" play --counters only --schedule "$schedule" --workload llama70b-6l-t8192 --device cuda -o "$file" || failed=1
    "$bin/offledger" explain "$file" || failed=1
  done
  for schedule in beside front-end; do
    file=$out/counters/history_fenced.$schedule.oflg
    "$bin/offledger" play --counters "$schedule" --schedule history_fenced --workload llama70b-6l-t8192 --device cuda -o "$file" || failed=1
    "$bin/offledger" explain "$file" || failed=1
  done
  "$bin/counter_cost" 10 || failed=1
  return $failed
}

# ab NAME EXPECTED OPTION…: one sitting into sittings.sqlite; its verdict and exit code to files. EXPECTED is an exit code,
# or "any".
ab() {
  local name=$1 expected=$2 code=0
  shift 2
  "$bin/offledger" ab --no-top-up --db "$out/sittings.sqlite" "$@" >"$out/sittings/$name.txt" 2>"$out/sittings/$name.log" || code=$?
  tail -n 1 "$out/sittings/$name.log"
  grep 'took' "$out/sittings/$name.log"
  echo "$name: exit $code, expected $expected"
  [ "$expected" = any ] || [ "$code" -eq "$expected" ]
}

# What the gate says of real A/A and A/B data: history1 against itself, against blocking1, and against a form of it that
# is 3 % slower; then a PyTorch program that forgot to pin. The schedules are judged a second time by margins calibrated on
# the first sitting.
sittings() {
  local here=tests/gpu/sittings ok=0 name runs
  mkdir -p "$out/sittings"
  local pair=(--device cuda --workload "$here/llama70b-12l-t8192.json" --base-schedule history1 --cand-schedule)
  ab same 0 "${pair[@]}" history1 || ok=1
  ab blocking1 any "${pair[@]}" blocking1 || ok=1
  ab slower 1 "${pair[@]}" "$here/history1_attn_fenced.json" || ok=1
  "$bin/offledger" calibrate --aa --db "$out/sittings.sqlite" -o "$out/sittings/margins.json" || ok=1
  for name in same blocking1 slower; do
    runs=$(sed -n 's/^base \([0-9a-f]*\) and candidate \([0-9a-f]*\) in .*/\1 \2/p' "$out/sittings/$name.log")
    local code=0
    "$bin/offledger" gate --db "$out/sittings.sqlite" --config "$out/sittings/margins.json" --base "${runs% *}" --cand "${runs#* }" \
      >"$out/sittings/$name-calibrated.txt" 2>&1 || code=$?
    echo "$name with calibrated margins: exit $code"
  done
  ab pinned 1 --steps nvtx:forward --cell pytorch/streamed --reps 8 \
    --base "python3 $here/ab_program.py pinned" --cand "python3 $here/ab_program.py pageable" || ok=1
  head -n 4 "$out/sittings/pinned.txt"
  grep -q pageable_source "$out/sittings/pinned.txt" || { echo "pinned: expected pageable_source"; ok=1; }
  rm -rf "$out/sittings.sqlite.artifacts"
  return $ok
}

export -f ab sittings counters pairs recordings check engines transformers  # part() runs them under timeout

# study SUITE REPS: rounds of one repetition of every cell, so that a stay that ends early leaves whole rounds. Returns 1
# where the budget ended first, 2 where a run failed.
study() {
  local suite=$1 most=$2 round=1 resume=()
  while [ "$round" -le "$most" ]; do
    [ "$(left)" -gt 30 ] || return 1
    resume=()
    "$bin/offledger" history show "$suite" --db "$database" >/dev/null 2>&1 && resume=(--resume "$suite")
    "$bin/offledger" run --suite "$suite" --device cuda --reps "$round" --label "$suite" --commit "$(cat commit 2>/dev/null)" --db "$database" "${resume[@]}" \
      --budget-s "$(($(left) - 20))" >"$out/$suite.txt" 2>"$out/$suite.log" || { tail -n 3 "$out/$suite.log"; return 2; }
    grep -q 'the budget ended first' "$out/$suite.log" && return 1
    round=$((round + 1))
  done
}

for name in "${parts[@]}"; do
  case $name in
    doctor) part doctor "$bin/offledger" doctor ;;
    tests)
      for program in "$bin"/gpu_*; do part "tests-$(basename "$program")" "$program"; done ;;
    core) part core "$bin/layer_bench" ;;
    collector) part collector "$bin/collector_cost" 3; part recording_cost "$bin/recording_cost" 5 ;;
    calibrate) part calibrate "$bin/offledger" calibrate --device cuda -o "$out/profile.json" ;;
    check | counters | engines | recordings | transformers | pairs | sittings) part "$name" bash -uc "$name" ;;
    study)
      for suite in "study-short 3" "study $reps"; do
        # shellcheck disable=SC2086
        study $suite && echo "$suite: complete"
        case $? in
          1) unfinished+=("${suite% *}") ;;
          2) echo "$suite: FAILED; the end of $out/${suite% *}.log is above"; failed=1 ;;
        esac
      done ;;
    *) echo "ci/gpu.sh: unknown part '$name'" >&2; exit 2 ;;
  esac
done
[ ${#unfinished[@]} -eq 0 ] || echo "unfinished: ${unfinished[*]}; run again with --out $out to go on"
echo "results in $out; $((SECONDS - begin)) s"
exit $failed
