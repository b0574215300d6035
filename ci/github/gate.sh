#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures, gates, and writes the verdict in every form that CI shows: what action.yml and the GitLab template run.
# Exit code: the gate's (docs/exit-codes.md).
#
#   OFFLEDGER         the binary to judge; default: offledger on PATH
#   OFFLEDGER_BASE    a binary of the base commit: measured here too and compared with. Without it: the suite's baseline
#                     in the history, which the first run records
#   OFFLEDGER_SUITE   default smoke
#   OFFLEDGER_DEVICE  default: the best device there is
#   OFFLEDGER_DB      history database; default OUT/history.sqlite
#   OFFLEDGER_OUT     folder for results; default offledger-results
#   OFFLEDGER_CONFIG  gate configuration file
#   OFFLEDGER_COMMIT, OFFLEDGER_BASE_COMMIT   default GITHUB_SHA or CI_COMMIT_SHA; empty
set -euo pipefail

offledger=${OFFLEDGER:-offledger}
out=${OFFLEDGER_OUT:-offledger-results}
mkdir -p "$out"
database=${OFFLEDGER_DB:-$out/history.sqlite}
suite=${OFFLEDGER_SUITE:-smoke}
device=${OFFLEDGER_DEVICE:-$("$offledger" devices --best)}
commit=${OFFLEDGER_COMMIT:-${GITHUB_SHA:-${CI_COMMIT_SHA:-}}}

measure() { # BINARY LABEL COMMIT
  "$1" run --suite "$suite" --device "$device" --db "$database" --label "$2" ${3:+--commit "$3"} >"$out/$2.txt"
}

compared=()
if [ -n "${OFFLEDGER_BASE:-}" ]; then
  measure "$OFFLEDGER_BASE" base "${OFFLEDGER_BASE_COMMIT:-}"
  compared=(--base base)
fi
measure "$offledger" candidate "$commit"
gate() {
  "$offledger" gate --db "$database" --cand candidate "${compared[@]}" ${OFFLEDGER_CONFIG:+--config "$OFFLEDGER_CONFIG"} "$@"
}

code=0
if [ ${#compared[@]} -gt 0 ]; then gate >"$out/verdict.txt" || code=$?
else gate --record-first >"$out/verdict.txt" || code=$?; fi
cat "$out/verdict.txt"
case $code in
  0 | 1 | 3 | 4 | 5) ;;
  *) exit "$code" ;;
esac
# The same verdict again, in the other forms; each exits as the first did.
for form in json:verdict.json md:comment.md junit:junit.xml sarif:verdict.sarif github:annotations.txt; do
  gate --format "${form%%:*}" >"$out/${form#*:}" || [ $? -eq "$code" ]
done

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
