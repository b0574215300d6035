// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "ci/gate/comparison.hpp"
#include "ci/gate/explained.hpp"
#include "ci/gate/false_discovery.hpp"
#include "ci/gate/hodges_lehmann.hpp"
#include "ci/gate/rank_sum.hpp"
#include "ci/gate/sitting.hpp"

namespace offledger::gate {
namespace {

using metrics::Class;

bool is_open(const Comparison& comparison) {
  return comparison.row.state.empty();
}
bool may_fail(const Comparison& comparison) {
  return comparison.rule.gates || comparison.rule.needs_company;
}

/// A loss just at the margin is none; the slack is the rounding of a few operations.
bool above(double loss, double margin) {
  return loss > margin + 1e-12 * std::max(1.0, std::abs(margin));
}

void judge_one_value(Comparison& comparison) {
  auto& row = comparison.row;
  comparison.loss = comparison.scale.of(*row.cand).value_or(0) - comparison.scale.of(*row.base).value_or(0);
  row.delta = comparison.scale.delta(comparison.loss);
  const double gain = comparison.margin - comparison.explained;
  row.state = above(comparison.loss, comparison.margin) ? "fail"
              : above(-comparison.loss, gain)           ? "improved"
                                                        : "pass";
}

/// The test of "worse by more than the margin", the shift and its interval; the state comes after the
/// family's correction.
void measure(Comparison& comparison, MannWhitney& tables) {
  auto& row = comparison.row;
  const Shift shift = estimate_shift(comparison.base, comparison.cand, tables);
  comparison.loss = shift.estimate;
  row.delta = comparison.scale.delta(shift.estimate);
  comparison.loss_high = shift.high;
  if (shift.low) {
    row.ci_low = comparison.scale.delta(*shift.low);
    row.ci_high = comparison.scale.delta(*shift.high);
    if (*row.ci_low > *row.ci_high) std::swap(row.ci_low, row.ci_high);
  }
  auto shifted = comparison.base;
  for (double& value : shifted) value += comparison.margin;
  row.p = rank_sum_p(shifted, comparison.cand, tables);
}

/// P of "better by more than the margin", by the same test the other way.
double p_improved(const Comparison& comparison, MannWhitney& tables) {
  auto shifted = comparison.base;
  for (double& value : shifted) value -= comparison.margin - comparison.explained;
  return rank_sum_p(comparison.cand, shifted, tables);
}

std::string too_few(std::size_t family, double q) {
  return fmt::format("need >= {} repetitions a side for {} comparisons", least_repetitions(family, q),
                     family);
}

void judge_family(std::vector<Comparison*>& family, double q, MannWhitney& tables) {
  std::vector<double> worse;
  std::vector<double> better;
  for (auto* comparison : family) {
    measure(*comparison, tables);
    worse.push_back(*comparison->row.p);
    better.push_back(p_improved(*comparison, tables));
  }
  const auto adjusted = benjamini_hochberg(worse);
  const auto adjusted_better = benjamini_hochberg(better);
  const double threshold = q / static_cast<double>(std::max<std::size_t>(family.size(), 1));
  for (std::size_t i = 0; i < family.size(); ++i) {
    auto& row = family[i]->row;
    row.p_adjusted = adjusted[i];
    if (least_p(row.n_base, row.n_cand) > threshold) {
      row.state = "inconclusive";
      row.reason = too_few(family.size(), q);
    } else if (adjusted[i] <= q) {
      row.state = "fail";
    } else if (adjusted_better[i] <= q) {
      row.state = "improved";
    } else {
      const auto& upper = family[i]->loss_high;
      row.state = upper && *upper < family[i]->margin ? "pass" : "inconclusive";
    }
  }
}

/// Raw overlap and idle time fail only with a metric that fails on its own, or where the kernels took as long
/// as before.
void require_company(std::vector<Comparison>& comparisons, const std::vector<CellSamples>& cells,
                     const Config& config) {
  std::set<std::size_t> accompanied;
  for (const auto& one : comparisons) {
    if (one.rule.gates && one.row.state == "fail") accompanied.insert(one.cell);
  }
  const double unchanged = config.margins.of("compute_ns", Class::kPositive);
  for (auto& one : comparisons) {
    if (!one.rule.needs_company) continue;
    const double change = compute_change(cells[one.cell]);
    const bool fails =
        one.row.state == "fail" && (accompanied.contains(one.cell) || std::abs(change) <= unchanged);
    if (one.row.state == "fail" && !fails) {
      one.row.state = "pass";
      one.row.reason = fmt::format(
          "worse, and no loss: compute_ns changed by {:+.2f} % and nothing that counts alone is worse",
          change * 100);
    } else if (one.row.state == "inconclusive" && !one.no_data) {
      // On its own it could not have failed, so it holds nothing up.
      one.row.reason = one.row.reason.empty() ? "unclear, and it does not fail alone" : one.row.reason;
    }
    one.row.gates = fails;
  }
}

std::string explain(const Comparison& comparison, const CellSamples& cell) {
  const auto& row = comparison.row;
  std::string text =
      fmt::format("{} -> {} ({}", describe_value(row.metric, row.base), describe_value(row.metric, row.cand),
                  describe_delta(comparison.rule.klass, row.delta.value_or(0)));
  if (row.margin) {
    text += fmt::format(", margin {}", describe_delta(comparison.rule.klass, *row.margin).substr(1));
    if (comparison.explained > 0) {
      text += fmt::format(" + {} that a faster device explains",
                          describe_delta(comparison.rule.klass, comparison.explained).substr(1));
    }
  }
  text += ")";
  if (row.state == "fail") {
    if (const auto growth = describe_growth(cell); !growth.empty()) text += "; " + growth;
  }
  if (!comparison.one_value && row.state != "pass")
    text += describe_sitting(comparison.base, comparison.cand, comparison.margin);
  return text;
}

}  // namespace

void judge(std::vector<Comparison>& comparisons, const std::vector<CellSamples>& cells, const Config& config,
           double q) {
  MannWhitney tables;
  // What fails on its own is one family of tests; what only accompanies it, and what is shown for context,
  // are others.
  std::vector<Comparison*> family;
  std::vector<Comparison*> company;
  std::vector<Comparison*> context;
  std::vector<Comparison*> judged;
  for (auto& one : comparisons) {
    if (!is_open(one)) continue;
    judged.push_back(&one);
    if (one.one_value) {
      judge_one_value(one);
    } else {
      (one.rule.gates ? family : one.rule.needs_company ? company : context).push_back(&one);
    }
  }
  for (auto* tests : {&family, &company, &context}) judge_family(*tests, q, tables);
  require_company(comparisons, cells, config);
  for (auto* one : judged) {
    auto& row = one->row;
    const std::string text = explain(*one, cells[one->cell]);
    row.reason = row.reason.empty() ? text : fmt::format("{}: {}", text, row.reason);
    // A metric that is shown for context has no state of its own.
    if (!may_fail(*one) && row.state != "improved") row.state = "pass";
    if (!row.gates && row.state == "inconclusive") row.state = "pass";
  }
}

}  // namespace offledger::gate
