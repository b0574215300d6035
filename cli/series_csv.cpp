// SPDX-License-Identifier: Apache-2.0
#include "cli/series_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "schedules/base/csv.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

constexpr std::string_view kLabels[] = {"time", "date", "commit", "run", "index"};

/// Nothing where the text is no finite number.
bool parse_number(std::string_view text, double& value) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size() && std::isfinite(value);
}

struct Header {
  bool labelled = false;
  std::vector<LabelledSeries> series;
};

Header read_header(const std::vector<std::string>& fields, const Where& where) {
  Header header;
  header.labelled = std::ranges::find(kLabels, fields.front()) != std::end(kLabels);
  for (std::size_t i = header.labelled ? 1 : 0; i < fields.size(); ++i) {
    double number = 0;
    if (fields[i].empty() || parse_number(fields[i], number)) {
      throw error_at(where,
                     fmt::format("expected a header with the name of each series, found '{}' in column {}",
                                 fields[i], i + 1));
    }
    header.series.push_back({fields[i], {}, {}});
  }
  if (header.series.empty()) {
    throw error_at(where, fmt::format("expected a column of values beside '{}', found none: write time,value",
                                      fields.front()));
  }
  return header;
}

void read_row(const std::vector<std::string>& fields, Header& header, const Where& where) {
  const std::size_t first = header.labelled ? 1 : 0;
  if (fields.size() != header.series.size() + first) {
    throw error_at(where, fmt::format("expected {} fields as in the header, found {}",
                                      header.series.size() + first, fields.size()));
  }
  for (std::size_t i = 0; i < header.series.size(); ++i) {
    const std::string& field = fields[i + first];
    double value = std::numeric_limits<double>::quiet_NaN();
    if (!field.empty() && !parse_number(field, value)) {
      throw error_at(where, fmt::format("column '{}': expected a number or an empty field, found '{}'",
                                        header.series[i].name, field));
    }
    header.series[i].values.push_back(value);
    if (header.labelled) header.series[i].labels.push_back(fields.front());
  }
}

}  // namespace

std::vector<LabelledSeries> parse_series(std::string_view text, const std::string& file) {
  Header header;
  Where where{file, 0, 0};
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++where.line;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const std::vector<std::string> fields = csv_fields(line, where);
    if (header.series.empty())
      header = read_header(fields, where);
    else
      read_row(fields, header, where);
  }
  if (header.series.empty() || header.series.front().values.empty()) {
    throw error_at({file, 0, 0}, "expected a header and a row a point, found no points");
  }
  return std::move(header.series);
}

}  // namespace offledger::cli
