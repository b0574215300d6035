// SPDX-License-Identifier: Apache-2.0
//
// The context of Google Benchmark's JSON: machine, date, and how the library was built.

#pragma once

#include "reports/history/records.hpp"
#include "schedules/base/json.hpp"

namespace offledger::history {

/// Google Benchmark writes NaN and Infinity, which JSON lacks: null instead. Strings stay as they are.
std::string without_nan(std::string_view text);

struct BenchmarkContext {
  MachineClass machine_class;
  std::string host;
  std::int64_t started_at_unix = 0;  ///< 0: no date, or none that could be read
  bool debug_library = false;
  bool of_offledger = false;  ///< written by google_benchmark_json()
  std::vector<EnvSample> samples;
};
BenchmarkContext read_context(const json::Value& context);

/// "2026-01-31T02:00:00+01:00" as seconds since 1970, or 0.
std::int64_t unix_of_date(const std::string& date);

}  // namespace offledger::history
