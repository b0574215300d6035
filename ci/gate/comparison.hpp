// SPDX-License-Identifier: Apache-2.0
//
// One metric of one cell on its way to a state: what is compared, on which scale, with which margin. The
// steps are separate and pure: lay_out() says what there is to compare, judge() gives each a state,
// conclude() one verdict.

#pragma once

#include <string>
#include <vector>

#include "ci/gate/gate.hpp"
#include "ci/gate/samples.hpp"
#include "ci/gate/scale.hpp"

namespace offledger::gate {

/// How the gate treats a metric.
struct Rule {
  metrics::Class klass = metrics::Class::kInformation;
  metrics::Direction better = metrics::Direction::kNone;
  bool gates = false;
  bool needs_company = false;
};
/// From the catalogue, else from the configuration, else nothing.
std::optional<Rule> rule_of(std::string_view metric, const Config& config);

struct Comparison {
  history::VerdictCell row;
  std::size_t cell = 0;  ///< index into the CellSamples
  Rule rule;
  Scale scale{metrics::Class::kExact, metrics::Direction::kLower};
  bool one_value = false;  ///< exact metrics and deterministic cells: no test, no interval
  std::vector<double> base,
      cand;              ///< on the scale: larger is worse; empty where the state is settled already
  double margin = 0;     ///< on the scale, with what a faster device explains
  double explained = 0;  ///< that part of it, as people read it
  double loss = 0;       ///< the shift on the scale
  std::optional<double> loss_high;  ///< the upper end of its interval
  bool no_data = false;             ///< nothing may be concluded from it
};

/// The comparisons of every cell, in the catalogue's order within a cell. `all_gate`: metrics that do not
/// gate on their own do (samples that hold no metric that does).
std::vector<Comparison> lay_out(const std::vector<CellSamples>& cells, const Config& config,
                                bool all_gate = false);

/// Fills every row's state, shift, interval, p-values and reason. `q`: what this look may spend.
void judge(std::vector<Comparison>& comparisons, const std::vector<CellSamples>& cells, const Config& config,
           double q);

/// Applies waivers and informational rows as of the day `now_unix`.
void excuse(std::vector<Comparison>& comparisons, const Config& config, std::int64_t now_unix);

/// One verdict: fail before no_data before inconclusive before pass.
history::Verdict conclude(const std::vector<Comparison>& comparisons, const Config& config);

/// The share of the false discovery rate that one look has.
inline double q_of_a_look(const Config& config) {
  return config.top_up ? config.q / 2 : config.q;
}

/// "+5.5 %", "-3.0 points", "+1.2 points of wall", "+54": a difference as the class reads it.
std::string describe_delta(metrics::Class klass, double delta);
/// A value with its unit: the catalogue's formatting, or six digits.
std::string describe_value(std::string_view metric, std::optional<double> value);
/// "transfer_wait/late_issue grew by 12.30 ms", or nothing where no cause grew.
std::string describe_growth(const CellSamples& cell);

}  // namespace offledger::gate
