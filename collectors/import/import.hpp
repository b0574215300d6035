// SPDX-License-Identifier: Apache-2.0
//
// Traces of other tools as Timelines. Every timestamp is parsed exactly to the nanosecond; what a trace holds and we
// cannot use is counted in Timeline::defects.

#pragma once

#include <functional>
#include <string>

#include "collectors/trace/timeline.hpp"

namespace offledger::importers {

/// What a file is, told by its first bytes (and, for gzip, the first bytes within), never by its name.
enum class Format { kRecording, kKineto, kNsysSqlite, kUnknown };
Format detect(const std::string& path);

/// Bytes read so far of the total; called from the importing thread, at most every few MiB.
using Progress = std::function<void(std::size_t done, std::size_t total)>;

/// Loads any known format, our own recordings too. Throws Error(kUsage) for a file that is not a trace (says what it
/// is and what is accepted), Error(kNotMeasured) for a trace without a GPU op (says what it holds instead).
trace::Timeline load_any(const std::string& path, const Progress& progress = {});

/// PyTorch profiler / Chrome trace JSON, plain or gzip.
trace::Timeline load_kineto(const std::string& path, const Progress& progress = {});

}  // namespace offledger::importers
