// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "ci/gate/comparison.hpp"
#include "schedules/base/csv.hpp"
#include "schedules/base/error.hpp"

namespace offledger::gate {
namespace {

constexpr std::array<std::string_view, 5> kColumns = {"cell", "metric", "side", "rep", "value"};
enum Column : std::size_t { kCell, kMetric, kSide, kRep, kValue };

template <typename Number>
Number number(const std::string& text, const char* what, const Where& where) {
  Number value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc() && result.ptr == text.data() + text.size()) return value;
  throw error_at(where, fmt::format("column '{}': expected a number, found '{}'", what, text));
}

std::array<std::size_t, 5> columns_of(const std::vector<std::string>& header, const Where& where) {
  std::array<std::size_t, 5> places{};
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const auto at = std::find(header.begin(), header.end(), kColumns[i]);
    if (at == header.end()) {
      throw error_at(
          where, fmt::format("expected a header with the columns cell,metric,side,rep,value, found no '{}'",
                             kColumns[i]));
    }
    places[i] = static_cast<std::size_t>(at - header.begin());
  }
  return places;
}

struct Sample {
  std::int64_t rep;
  double value;
};
using SampleSides = std::array<std::vector<Sample>, 2>;

/// The file as it is read: cells in order, each with its metrics.
class Reader {
 public:
  void row(const std::vector<std::string>& fields, const std::array<std::size_t, 5>& places,
           const Where& where) {
    const auto field = [&](Column column) -> const std::string& { return fields[places[column]]; };
    if (fields.size() <= *std::max_element(places.begin(), places.end())) {
      throw error_at(where,
                     fmt::format("expected as many fields as the header has, found {}", fields.size()));
    }
    if (field(kCell).empty() || field(kMetric).empty()) {
      throw error_at(where, "expected a cell and a metric, found an empty field");
    }
    const bool base = field(kSide) == "base";
    if (!base && field(kSide) != "cand") {
      throw error_at(where, fmt::format("column 'side': expected base or cand, found '{}'", field(kSide)));
    }
    const auto value = number<double>(field(kValue), "value", where);
    if (!std::isfinite(value)) throw error_at(where, "column 'value': expected a finite number");
    add(field(kCell), field(kMetric), base ? 0 : 1, {number<std::int64_t>(field(kRep), "rep", where), value},
        where);
  }

  std::vector<CellSamples> finish() {
    std::vector<CellSamples> cells;
    for (const auto& name : order_) {
      auto& cell = cells.emplace_back();
      cell.name = name;
      for (auto& [metric, sides] : cells_[name]) {
        cell.metrics[metric] = {sorted(sides[0]), sorted(sides[1])};
      }
    }
    return cells;
  }

 private:
  void add(const std::string& cell, const std::string& metric, std::size_t side, Sample sample,
           const Where& where) {
    const auto [at, fresh] = cells_.try_emplace(cell);
    if (fresh) order_.push_back(cell);
    auto& samples = at->second[metric][side];
    if (samples.size() == kMostRepetitions) {
      throw error_at(where,
                     fmt::format("cell '{}', metric '{}': expected at most {} repetitions a side, found more",
                                 cell, metric, kMostRepetitions));
    }
    samples.push_back(sample);
  }

  static std::vector<double> sorted(std::vector<Sample>& samples) {
    std::stable_sort(samples.begin(), samples.end(), [](auto& a, auto& b) { return a.rep < b.rep; });
    std::vector<double> values;
    for (const auto& sample : samples) values.push_back(sample.value);
    return values;
  }

  std::map<std::string, std::map<std::string, SampleSides>> cells_;
  std::vector<std::string> order_;
};

void check_metrics(const std::vector<CellSamples>& cells, const Config& config, const std::string& file) {
  std::vector<std::string_view> known;
  for (const auto& metric : metrics::all()) known.push_back(metric.name);
  for (const auto& [name, metric] : config.custom_metrics) known.emplace_back(name);
  for (const auto& cell : cells) {
    for (const auto& [metric, sides] : cell.metrics) {
      if (rule_of(metric, config)) continue;
      throw error_at(
          {file},
          fmt::format("expected a metric with a known class, direction and margin, found '{}'{}. Give "
                      "them in the configuration: \"metrics\": {{\"{}\": {{\"class\": \"positive\", "
                      "\"better\": \"lower\"}}}}",
                      metric, suggest(metric, known), metric));
    }
  }
}

/// Files of metrics none of which fails on its own are still there to be judged.
bool none_gates(const std::vector<CellSamples>& cells, const Config& config) {
  for (const auto& cell : cells) {
    for (const auto& [metric, sides] : cell.metrics) {
      if (rule_of(metric, config)->gates) return false;
    }
  }
  return true;
}

}  // namespace

std::vector<CellSamples> parse_csv(std::string_view text, const std::string& file) {
  Reader reader;
  std::optional<std::array<std::size_t, 5>> places;
  int line_number = 0;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    ++line_number;
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const Where where{file, line_number, 0};
    const auto fields = csv_fields(line, where);
    if (places) {
      reader.row(fields, *places, where);
    } else {
      places = columns_of(fields, where);
    }
  }
  if (!places)
    throw error_at({file}, "expected a header cell,metric,side,rep,value and samples, found an empty file");
  return reader.finish();
}

history::Verdict compare_csv(std::string_view text, const std::string& file, const Config& config) {
  const auto cells = parse_csv(text, file);
  check_metrics(cells, config, file);
  auto comparisons = lay_out(cells, config, none_gates(cells, config));
  judge(comparisons, cells, config, q_of_a_look(config));
  excuse(comparisons, config, config.now_unix.value_or(0));
  return conclude(comparisons, config);
}

}  // namespace offledger::gate
