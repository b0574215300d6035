// SPDX-License-Identifier: Apache-2.0
#include "reports/render/verdict_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/render/number.hpp"

namespace offledger::render {
namespace {

using history::VerdictCell;
using metrics::Class;

Class class_of(const VerdictCell& cell) {
  const metrics::Metric* metric = metrics::find(cell.metric);
  return metric != nullptr ? metric->klass : Class::kInformation;
}

std::string value_text(const VerdictCell& cell, std::optional<double> value) {
  if (!value) return kAbsent;
  const metrics::Metric* metric = metrics::find(cell.metric);
  return metric != nullptr ? metrics::format(*metric, value) : fmt::format("{:.6g}", *value);
}

/// A difference without its unit, with or without a sign.
std::string difference(const VerdictCell& cell, double value, bool sign) {
  const Class klass = class_of(cell);
  if (klass == Class::kPositive || klass == Class::kRatio || klass == Class::kPointsOfWall) {
    const double hundredths = value == 0 ? 0 : value * 100;  // no sign of its own for -0
    const int decimals = hundredths != 0 && std::abs(hundredths) < 0.95 ? 2 : 1;
    return sign ? fmt::format("{:+.{}f}", hundredths, decimals)
                : fmt::format("{:.{}f}", hundredths, decimals);
  }
  const std::string text = value_text(cell, std::abs(value));
  if (!sign) return text;
  return (value < 0 ? "-" : value > 0 ? "+" : "") + text;
}

std::string_view unit_text(const VerdictCell& cell) {
  switch (class_of(cell)) {
    case Class::kPositive: return " %";
    case Class::kRatio: return " pt";
    case Class::kPointsOfWall: return " % wall";
    case Class::kExact:
    case Class::kInformation: return "";
  }
  return "";
}

std::string side(std::string_view name, const std::string& run, const std::string& commit) {
  if (run.empty() && commit.empty()) return {};
  if (commit.empty()) return fmt::format("{} {}", name, run.substr(0, 12));
  if (run.empty()) return fmt::format("{} at {}", name, commit.substr(0, 12));
  return fmt::format("{} {} at {}", name, run.substr(0, 12), commit.substr(0, 12));
}

std::string capitals(const std::string& verdict) {
  if (verdict == "pass") return "PASS";
  if (verdict == "fail") return "FAIL";
  if (verdict == "inconclusive") return "INCONCLUSIVE";
  if (verdict == "no_data") return "NO DATA";
  if (verdict == "not_comparable") return "NOT COMPARABLE";
  return verdict;
}

}  // namespace

std::string cell_name(const VerdictCell& cell) {
  if (!cell.cell.empty()) return cell.cell;
  return cell.workload.empty() ? cell.schedule : cell.schedule + " on " + cell.workload;
}

std::string metric_title(const VerdictCell& cell) {
  const metrics::Metric* metric = metrics::find(cell.metric);
  return metric != nullptr ? std::string(metric->title) : cell.metric;
}

std::string base_text(const VerdictCell& cell) {
  return value_text(cell, cell.base);
}
std::string cand_text(const VerdictCell& cell) {
  return value_text(cell, cell.cand);
}

std::string delta_text(const VerdictCell& cell) {
  return cell.delta ? difference(cell, *cell.delta, true).append(unit_text(cell)) : kAbsent;
}

std::string interval_text(const VerdictCell& cell) {
  if (!cell.ci_low || !cell.ci_high) return kAbsent;
  return fmt::format("[{}, {}]", difference(cell, *cell.ci_low, true), difference(cell, *cell.ci_high, true));
}

std::string margin_text(const VerdictCell& cell) {
  if (class_of(cell) == Class::kExact) return "exact";
  return cell.margin ? difference(cell, *cell.margin, false).append(unit_text(cell)) : kAbsent;
}

std::string p_text(std::optional<double> p) {
  if (!p) return kAbsent;
  return *p < 0.0001 ? "<0.0001" : fmt::format("{:.4f}", *p);
}

std::string n_text(const VerdictCell& cell) {
  return fmt::format("{} v {}", cell.n_base, cell.n_cand);
}

std::string sentence(const VerdictCell& cell) {
  if (cell.state == "missing") {
    return fmt::format("{} is missing: the baseline has it ({}), the candidate does not", metric_title(cell),
                       base_text(cell));
  }
  const bool up = cell.base && cell.cand && *cell.cand > *cell.base;
  const bool down = cell.base && cell.cand && *cell.cand < *cell.base;
  const std::string_view verb = up ? "rose" : down ? "fell" : "moved";
  return fmt::format("{} {} from {} to {} ({}; margin {})", metric_title(cell), verb, base_text(cell),
                     cand_text(cell), delta_text(cell), margin_text(cell));
}

bool is_failure(const VerdictCell& cell) noexcept {
  return cell.gates && (cell.state == "fail" || cell.state == "missing");
}

Tally tally(const history::Verdict& verdict) {
  Tally t;
  for (const VerdictCell& cell : verdict.cells) {
    if (!cell.gates) {
      ++t.informational;
      continue;
    }
    ++t.gating;
    if (cell.state == "fail") ++t.failed;
    if (cell.state == "missing") ++t.missing;
    if (cell.state == "inconclusive") ++t.inconclusive;
    if (cell.state == "improved") ++t.improved;
    if (cell.state == "pass") ++t.passed;
    if (cell.state == "waived") ++t.waived;
  }
  return t;
}

std::string tally_text(const Tally& t) {
  std::string out;
  const auto add = [&](std::size_t n, std::string_view what) {
    if (n == 0) return;
    if (!out.empty()) out += ", ";
    out += fmt::format("{} {}", n, what);
  };
  add(t.failed, "worse");
  add(t.missing, "missing");
  add(t.inconclusive, "inconclusive");
  add(t.improved, "improved");
  add(t.waived, "waived");
  add(t.passed, "unchanged");
  return out.empty() ? "no gate cells" : out;
}

std::string headline(const history::Verdict& verdict) {
  const Tally t = tally(verdict);
  std::string out = capitals(verdict.verdict) + ": ";
  const std::string counts =
      t.gating > 0 ? fmt::format("{} of {} gate cells worse", t.failed + t.missing, t.gating) : "";
  if (verdict.verdict == "fail") {
    out += counts.empty() ? verdict.reason : counts;
  } else if (verdict.verdict == "pass" && !verdict.baseline_recorded) {
    out += t.improved > 0 ? fmt::format("{} gate cells, none worse, {} improved", t.gating, t.improved)
                          : fmt::format("{} gate cells, none worse", t.gating);
  } else {
    out += verdict.reason.empty() ? tally_text(t) : verdict.reason;
    return out;
  }
  if (!verdict.reason.empty() && out.find(verdict.reason) == std::string::npos) out += " – " + verdict.reason;
  return out;
}

std::string sides_text(const history::Verdict& verdict) {
  std::string base = side("base", verdict.base_run, verdict.base_commit);
  if (!base.empty() && !verdict.base_why.empty()) base += " (" + verdict.base_why + ")";
  const std::string candidate = side("candidate", verdict.cand_run, verdict.cand_commit);
  if (base.empty() || candidate.empty()) return base + candidate;
  return base + ", " + candidate;
}

}  // namespace offledger::render
