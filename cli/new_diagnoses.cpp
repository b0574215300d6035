// SPDX-License-Identifier: Apache-2.0
#include "cli/new_diagnoses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "cli/artifacts.hpp"
#include "cli/judged.hpp"
#include "reports/analysis/analysis.hpp"

namespace offledger::cli {
namespace {

constexpr std::size_t kMostCells = 8;  ///< explaining a recording of a long run takes a second
constexpr std::string_view kNothingWrong = "link_bound";

/// The explained recording of a cell, where one was kept and can be read.
std::optional<analysis::Report> explained(const history::Store& store, const history::Run& run,
                                          const history::VerdictCell& row) {
  const history::Cell* cell = find_cell(run, row);
  if (cell == nullptr) return std::nullopt;
  const auto recording = kept_recording(store, *cell);
  if (!recording) return std::nullopt;  // the verdict rests on the stored figures, not on the recording
  return analysis::explain(*recording);
}

/// "pageable_source, 34 % of wall, ...": what the candidate has and the baseline has not.
std::string difference(const analysis::Report& base, const analysis::Report& candidate) {
  std::string out;
  for (const analysis::Diagnosis& diagnosis : candidate.diagnoses) {
    const auto same = [&](const analysis::Diagnosis& other) { return other.id == diagnosis.id; };
    if (diagnosis.id == kNothingWrong || std::ranges::any_of(base.diagnoses, same)) continue;
    out += fmt::format("{}{}", out.empty() ? "" : ", ", diagnosis.id);
    if (diagnosis.time.count() > 0) out += fmt::format(" ({:.3f} ms)", milliseconds(diagnosis.time));
  }
  return out;
}

}  // namespace

void name_new_diagnoses(const history::Store& store, history::Verdict& verdict, const history::Run& base,
                        const history::Run& candidate) {
  std::set<std::pair<std::string, std::string>> seen;
  for (history::VerdictCell& row : verdict.cells) {
    if (row.state != "fail" || seen.size() == kMostCells || !seen.emplace(row.schedule, row.workload).second)
      continue;
    const auto before = explained(store, base, row);
    const auto after = explained(store, candidate, row);
    if (!before || !after) continue;
    const std::string found = difference(*before, *after);
    if (found.empty()) continue;
    const std::string added = "; diagnosed in the candidate alone: " + found;
    const std::string cell = fmt::format("{} on {}: ", row.schedule, row.workload);
    if (verdict.reason.starts_with(cell)) verdict.reason += added;
    row.reason += added;
  }
}

}  // namespace offledger::cli
