// SPDX-License-Identifier: Apache-2.0
//
// A Timeline as Chrome trace JSON, for Perfetto and chrome://tracing. docs/chrome-trace.md says what each
// row, counter and argument is.
//
// Viewers read times as doubles and misdraw slices that overlap, so: times count from the first record (the
// epoch stands in `baseTimeNanoseconds`), are printed from integers, and rows never overlap (trace_rows.hpp).

#pragma once

#include <cstdint>
#include <iosfwd>

#include "collectors/trace/timeline.hpp"

namespace offledger::render {

struct ChromeTraceOptions {
  bool flows = true;  ///< an arrow from each launching call to what it enqueued
  bool counters =
      true;  ///< queue depth a stream, link use a direction, and what hardware counters were sampled
  bool copy_engines = true;  ///< every copy once more, in the row of the engine that ran it
};

struct ChromeTraceSummary {
  std::uint64_t slices = 0, flows = 0, counter_values = 0;
  std::uint64_t skipped = 0;  ///< records whose end is before their begin: counted in the file too
};

/// Streams to `out`; whether all of it arrived is `out`'s state. Memory: 55 bytes a record, never the text.
/// Takes any Timeline: references that point nowhere get rows of their own.
ChromeTraceSummary chrome_trace(const trace::Timeline& timeline, std::ostream& out,
                                const ChromeTraceOptions& options = {});

}  // namespace offledger::render
