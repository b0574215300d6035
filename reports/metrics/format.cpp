// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "reports/metrics/metrics.hpp"

namespace offledger::metrics {
namespace {

struct Scale {
  double from;
  double unit;
  std::string_view name;
};
constexpr std::array<Scale, 3> kTime{{{1e9, 1e9, "s"}, {1e6, 1e6, "ms"}, {1e3, 1e3, "µs"}}};
constexpr std::array<Scale, 4> kBytes{
    {{1e12, 1e12, "TB"}, {1e9, 1e9, "GB"}, {1e6, 1e6, "MB"}, {1e3, 1e3, "kB"}}};

/// Three to five figures with the largest unit that leaves one before the point.
template <std::size_t N>
std::string scaled(double value, const std::array<Scale, N>& scales, std::string_view plain) {
  const double size = std::abs(value);
  for (const Scale& scale : scales) {
    if (size >= scale.from) return fmt::format("{:.2f} {}", value / scale.unit, scale.name);
  }
  return fmt::format("{:.0f} {}", value, plain);
}

std::string_view name_of(Class klass) {
  switch (klass) {
    case Class::kPositive: return "positive";
    case Class::kPointsOfWall: return "points of wall";
    case Class::kRatio: return "ratio";
    case Class::kExact: return "exact";
    case Class::kInformation: return "–";
  }
  return "–";
}

std::string_view name_of(Direction better) {
  switch (better) {
    case Direction::kLower: return "lower";
    case Direction::kHigher: return "higher";
    case Direction::kNone: return "–";
  }
  return "–";
}

/// A '|' would end the cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string format(const Metric& metric, std::optional<double> value) {
  if (!value) return "–";
  switch (metric.unit) {
    case Unit::kNanoseconds: return scaled(*value, kTime, "ns");
    case Unit::kBytes: return scaled(*value, kBytes, "B");
    case Unit::kCount: return fmt::format("{:.0f}", *value);
    case Unit::kRatio: return fmt::format("{:.1f} %", *value * 100);
    case Unit::kGigabytesPerSecond: return fmt::format("{:.2f} GB/s", *value);
  }
  return {};
}

std::string markdown() {
  std::string out =
      "| metric | class | better | gate | definition | meaning |\n| --- | --- | --- | --- | --- | --- |\n";
  for (const Metric& metric : all()) {
    out += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", metric.name, name_of(metric.klass),
                       name_of(metric.better),
                       metric.gates           ? "fails"
                       : metric.needs_company ? "fails with another"
                                              : "",
                       cell(metric.formula), cell(metric.prose));
  }
  return out;
}

}  // namespace offledger::metrics
