// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "ci/gate/comparison.hpp"

namespace offledger::gate {

using metrics::Class;

std::string describe_delta(Class klass, double delta) {
  switch (klass) {
    case Class::kPositive: return fmt::format("{:+.2f} %", delta * 100);
    case Class::kPointsOfWall: return fmt::format("{:+.2f} points of wall", delta * 100);
    case Class::kRatio: return fmt::format("{:+.2f} points", delta * 100);
    case Class::kExact:
    case Class::kInformation: break;
  }
  return fmt::format("{:+.10g}", delta);
}

std::string describe_value(std::string_view metric, std::optional<double> value) {
  if (const auto* known = metrics::find(metric)) return metrics::format(*known, value);
  return value ? fmt::format("{:.6g}", *value) : "-";
}

std::string describe_growth(const CellSamples& cell) {
  std::string worst;
  double growth = 0;
  for (const auto& [cause, ns] : cell.cand_causes) {
    const auto before = cell.base_causes.find(cause);
    const double grown = ns - (before == cell.base_causes.end() ? 0 : before->second);
    if (grown > growth) {
      growth = grown;
      worst = cause;
    }
  }
  if (worst.empty()) return "";
  return fmt::format("{} grew by {:.3f} ms", worst, growth / 1e6);
}

}  // namespace offledger::gate
