// SPDX-License-Identifier: Apache-2.0
//
// Series as text: a header, then a row a point, oldest first. A first column named time, date, commit, run or
// index labels the points; every other column is a series of that name. A field that is empty is a point that
// was not measured: it keeps its index. Fields may be quoted as in RFC 4180; empty lines and lines that begin
// with '#' are skipped.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace offledger::cli {

struct LabelledSeries {
  std::string name;
  std::vector<double> values;       ///< NaN where not measured
  std::vector<std::string> labels;  ///< one a value; empty where the file has none
};

/// Throws Error(kUsage) with file and line.
std::vector<LabelledSeries> parse_series(std::string_view text, const std::string& file);

}  // namespace offledger::cli
