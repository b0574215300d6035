// SPDX-License-Identifier: Apache-2.0
//
// A verdict of the gate, in every form that somebody reads it: a person at a terminal, a script, a reviewer
// of a pull request, and the four machines that show test results. Every form carries the same figures,
// spelled alike; none decides anything.
//
//   text         first line the verdict, last line `offledger-verdict: {"verdict":"fail","exit":1}`
//   JSON         `offledger.verdict/1` (docs/explain-json.md)
//   Markdown     the sticky comment on a pull request, below GitHub's 65,536 characters whatever the
//   verdict's size annotations  GitHub workflow commands, one a line JUnit        a testcase for each gate
//   cell SARIF 2.1.0  a rule for each metric; the location is the schedule's file
//
// What bounds these: delta, ci and margin are in the metric's own scale (relative, share of the wall, ratio,
// or the exact unit): docs/gate.md.

#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "reports/history/records.hpp"
#include "reports/render/style.hpp"

namespace offledger::render {

std::string verdict_text(const history::Verdict& verdict, const Style& style);
std::string verdict_json(const history::Verdict& verdict);

/// How the figures of one cell moved between two runs: which part of the ledger, and which cause, grew. The
/// median of each side's repetitions; figures that are absent on both sides are left out.
std::string moved_text(const history::Cell& base, const history::Cell& candidate, const Style& style);

struct MarkdownOptions {
  std::string title = "offledger";
  /// Tells this comment from others, so that the next run replaces it.
  std::string marker = "<!-- offledger-gate -->";
  /// URLs of the cell's traces, base and candidate; empty strings where there are none.
  std::function<std::pair<std::string, std::string>(const history::VerdictCell&)> traces;
  /// How the ledger moved in the cells that got worse, by moved_text(); folded away, and left out where it is
  /// too long.
  std::string ledger;
  std::size_t most_characters = 65'000;
};
std::string verdict_markdown(const history::Verdict& verdict, const MarkdownOptions& options = {});

/// The path of a schedule's file in the repository, or empty where it has none there.
using ScheduleFile = std::function<std::string(const std::string& schedule)>;

/// At most ten errors (GitHub shows no more of a step), then one notice with the verdict.
std::string verdict_annotations(const history::Verdict& verdict, const ScheduleFile& file = {});
std::string verdict_junit(const history::Verdict& verdict);
std::string verdict_sarif(const history::Verdict& verdict, const std::string& tool_version,
                          const ScheduleFile& file = {});

}  // namespace offledger::render
