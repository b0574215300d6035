// SPDX-License-Identifier: Apache-2.0
//
// Traces of other tools as Timelines. Every timestamp is parsed exactly to the nanosecond; what a trace holds
// and we cannot use is counted in Timeline::defects.

#pragma once

#include <string>

#include "collectors/import/progress.hpp"
#include "collectors/trace/timeline.hpp"

namespace offledger::importers {

/// What a file is, told by its first bytes (and, for gzip, the first bytes within), never by its name.
enum class Format { kRecording, kKineto, kNsysSqlite, kUnknown };
Format detect(const std::string& path);

/// Loads any known format, our own recordings too. Throws Error(kUsage) for a file that is not a trace (says
/// what it is and what is accepted), Error(kNotMeasured) for a trace without a GPU op (says what it holds
/// instead).
trace::Timeline load_any(const std::string& path, const Progress& progress = {});

/// PyTorch profiler (Kineto) / Chrome trace JSON, plain or gzip, of any size: docs/importing.md.
trace::Timeline load_kineto(const std::string& path, const Progress& progress = {});

/// An Nsight Systems SQLite export (`nsys export --type sqlite`), schemas of 2022 to 2026.
trace::Timeline load_nsys(const std::string& path, const Progress& progress = {});

}  // namespace offledger::importers
