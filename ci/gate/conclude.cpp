// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "ci/gate/comparison.hpp"

namespace offledger::gate {
namespace {

/// How bad a failing row is: losses by how many margins they are; a difference in an exact metric ranks below
/// those, because a copy more or less says little beside the time it cost.
double severity(const Comparison& comparison) {
  if (comparison.row.state == "missing") return 1e300;
  if (comparison.rule.klass == metrics::Class::kExact) return 0;
  return comparison.loss / std::max(comparison.margin, 1e-9);
}

struct Tally {
  std::size_t fail = 0, no_data = 0, inconclusive = 0, improved = 0, waived = 0, gates = 0;
  const Comparison* worst = nullptr;
  const Comparison* unmeasured = nullptr;
  const Comparison* unclear = nullptr;
};

Tally tally(const std::vector<Comparison>& comparisons) {
  Tally tally;
  for (const auto& one : comparisons) {
    if (one.row.state == "improved") ++tally.improved;
    if (one.row.state == "waived") ++tally.waived;
    if (!one.row.gates) continue;
    ++tally.gates;
    if (one.row.state == "fail" || one.row.state == "missing") {
      ++tally.fail;
      if (tally.worst == nullptr || severity(one) > severity(*tally.worst)) tally.worst = &one;
    } else if (one.no_data && one.row.state == "inconclusive") {
      ++tally.no_data;
      if (tally.unmeasured == nullptr) tally.unmeasured = &one;
    } else if (one.row.state == "inconclusive") {
      ++tally.inconclusive;
      if (tally.unclear == nullptr) tally.unclear = &one;
    }
  }
  return tally;
}

/// ", overlap 61.4 % -> 20.1 %": what a reader of a loss asks next.
std::string overlap_beside(const Comparison& worst, const std::vector<Comparison>& comparisons) {
  if (worst.row.metric == "overlap") return "";
  for (const auto& one : comparisons) {
    if (one.cell != worst.cell || one.row.metric != "overlap" || !one.row.base || !one.row.cand) continue;
    return fmt::format("; overlap {} -> {}", describe_value("overlap", one.row.base),
                       describe_value("overlap", one.row.cand));
  }
  return "";
}

std::string sentence(const Comparison& comparison) {
  return fmt::format("{}: {} {}", name_of(comparison.row), comparison.row.metric, comparison.row.reason);
}

std::string more(std::size_t others, const char* what) {
  return others == 0 ? "" : fmt::format("; {} more {}", others, what);
}

}  // namespace

history::Verdict conclude(const std::vector<Comparison>& comparisons, const Config& config) {
  history::Verdict verdict;
  const Tally count = tally(comparisons);
  for (const auto& one : comparisons) verdict.cells.push_back(one.row);
  if (count.worst != nullptr) {
    verdict.verdict = "fail";
    verdict.reason =
        sentence(*count.worst) + overlap_beside(*count.worst, comparisons) + more(count.fail - 1, "worse");
  } else if (count.unmeasured != nullptr) {
    verdict.verdict = config.fails_on("no_data") ? "fail" : "no_data";
    verdict.reason = sentence(*count.unmeasured) + more(count.no_data - 1, "not measured");
  } else if (count.gates + count.waived == 0) {
    verdict.verdict = config.fails_on("no_data") ? "fail" : "no_data";
    verdict.reason = "no metric of any cell could be compared";
  } else if (count.unclear != nullptr) {
    verdict.verdict = config.fails_on("inconclusive") ? "fail" : "inconclusive";
    verdict.reason = sentence(*count.unclear) + more(count.inconclusive - 1, "unclear");
  } else {
    verdict.verdict = "pass";
    verdict.reason = fmt::format("{} comparisons, none worse{}{}", count.gates,
                                 count.improved > 0 ? fmt::format(", {} improved", count.improved) : "",
                                 count.waived > 0 ? fmt::format(", {} waived", count.waived) : "");
  }
  return verdict;
}

}  // namespace offledger::gate
