// SPDX-License-Identifier: Apache-2.0
//
// Anyone's samples as text: a header `cell,metric,side,rep,value` (columns in any order) and a row a value.
// `side` is base or cand; `rep` orders a side's values and pairs them. Fields may be quoted as in RFC 4180;
// lines may end in CR LF; empty lines and lines that begin with '#' are skipped.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ci/gate/samples.hpp"

namespace offledger::gate {

/// The most repetitions a side of one metric of one cell: all pairs of them are compared.
inline constexpr std::size_t kMostRepetitions = 2000;

/// The samples by cell, cells in the order in which the file names them. Throws Error(kUsage) with file and
/// line.
std::vector<CellSamples> parse_csv(std::string_view text, const std::string& file);

}  // namespace offledger::gate
