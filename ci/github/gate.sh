#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures, gates, and writes the verdict in every form that CI shows: what action.yml and the GitLab template run.
# Exit code: the gate's (docs/exit-codes.md).
#
#   OFFLEDGER         the binary to judge; default: offledger on PATH
#   OFFLEDGER_BASE    a binary of the base commit: measured here too and compared with. On a device without noise each
#                     build runs its own suite once; on any other, one sitting takes both in turn (`offledger ab`).
#                     Without it: the suite's baseline in the history, which the first run records
#   OFFLEDGER_SUITE   default smoke
#   OFFLEDGER_DEVICE  default: the best device there is
#   OFFLEDGER_DB      history database; default OUT/history.sqlite
#   OFFLEDGER_OUT     folder for results; default offledger-results
#   OFFLEDGER_CONFIG  gate configuration file
#   OFFLEDGER_RELEASE a baseline that does not move with the nightly (`history baseline accept RUN --name NAME`), compared
#                     with as well, so that many small losses show as the one they add up to
#   OFFLEDGER_COMMIT, OFFLEDGER_BASE_COMMIT   default GITHUB_SHA or CI_COMMIT_SHA; empty
#   OFFLEDGER_TRACE_URL  where reports link to for the traces: a page, or a prefix ending in '/'; default: the page of the
#                        workflow's run, or the job's artifacts on GitLab
set -euo pipefail

offledger=${OFFLEDGER:-offledger}
out=${OFFLEDGER_OUT:-offledger-results}
mkdir -p "$out"
database=${OFFLEDGER_DB:-$out/history.sqlite}
suite=${OFFLEDGER_SUITE:-smoke}
device=${OFFLEDGER_DEVICE:-$("$offledger" devices --best)}
commit=${OFFLEDGER_COMMIT:-${GITHUB_SHA:-${CI_COMMIT_SHA:-}}}
base_commit=${OFFLEDGER_BASE_COMMIT:-}

trace_url=${OFFLEDGER_TRACE_URL:-}
if [ -z "$trace_url" ] && [ -n "${GITHUB_RUN_ID:-}" ]; then
  trace_url="${GITHUB_SERVER_URL:-https://github.com}/${GITHUB_REPOSITORY:-}/actions/runs/$GITHUB_RUN_ID#artifacts"
elif [ -z "$trace_url" ] && [ -n "${CI_JOB_URL:-}" ]; then
  trace_url="$CI_JOB_URL/artifacts/file/$out/traces/"
fi

# How a verdict is put out: text to stdout, every other form to a file beside it.
rm -rf "$out/traces"
forms=(--write "json=$out/verdict.json" --write "md=$out/comment.md" --write "junit=$out/junit.xml"
  --write "sarif=$out/verdict.sarif" --write "github=$out/annotations.txt" --traces "$out/traces")
[ -z "$trace_url" ] || forms+=(--trace-url "$trace_url")
config=()
[ -z "${OFFLEDGER_CONFIG:-}" ] || config=(--config "$OFFLEDGER_CONFIG")

measure() { # BINARY LABEL COMMIT
  "$1" run --suite "$suite" --device "$device" --db "$database" --label "$2" ${3:+--commit "$3"} >"$out/$2.txt"
}
exact() { # the same figures every time
  case $device in *+noise=*) return 1 ;; sim | sim:*) return 0 ;; *) return 1 ;; esac
}
gate() { "$offledger" gate --db "$database" "${config[@]}" "$@"; }

code=0
if [ -z "${OFFLEDGER_BASE:-}" ]; then
  measure "$offledger" candidate "$commit"
  gate --cand candidate --record-first "${forms[@]}" >"$out/verdict.txt" || code=$?
elif exact; then
  measure "$OFFLEDGER_BASE" base "$base_commit"
  measure "$offledger" candidate "$commit"
  gate --base base --base-why "the merge base, measured in the same job" --cand candidate "${forms[@]}" \
    >"$out/verdict.txt" || code=$?
else
  "$offledger" ab --suite "$suite" --device "$device" --db "$database" "${config[@]}" \
    --base-binary "$OFFLEDGER_BASE" ${base_commit:+--base-commit "$base_commit"} ${commit:+--cand-commit "$commit"} \
    --base-why "the merge base, measured in the same sitting" "${forms[@]}" >"$out/verdict.txt" || code=$?
fi
cat "$out/verdict.txt"
case $code in
  0 | 1 | 3 | 4 | 5) ;;
  *) exit "$code" ;;
esac
# An error (a measurement that failed) has no verdict to show.
[ -s "$out/verdict.txt" ] || exit "$code"

# The release's verdict counts where it is the worse of the two.
if [ -n "${OFFLEDGER_RELEASE:-}" ]; then
  release=0
  candidate=$(sed -n '/"cand": {/,/}/ s/.*"run": "\([^"]*\)".*/\1/p' "$out/verdict.json")
  gate --base "$OFFLEDGER_RELEASE" --cand "$candidate" --write "md=$out/release.md" >"$out/release.txt" || release=$?
  head -n 1 "$out/release.txt"
  for worst in 2 5 1 4 3 0; do
    if [ "$release" -eq "$worst" ] || [ "$code" -eq "$worst" ]; then break; fi
  done
  code=$worst
fi

if [ -n "${GITHUB_ACTIONS:-}" ]; then cat "$out/annotations.txt"; fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$out/comment.md" >>"$GITHUB_STEP_SUMMARY"; fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  {
    echo "exit-code=$code"
    echo "results=$out"
    echo "comment=$out/comment.md"
    echo "sarif=$out/verdict.sarif"
    echo "database=$database"
  } >>"$GITHUB_OUTPUT"
fi
exit "$code"
