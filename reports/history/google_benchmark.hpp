// SPDX-License-Identifier: Apache-2.0
//
// Google Benchmark's JSON (https://github.com/google/benchmark, docs/user_guide.md, "Output Formats") as a
// run, and a run in that form. Reading:
//
//     benchmark, without repetitions  a cell: the schedule is its run_name, the workload `google-benchmark`
//     entry of run_type `iteration`   a repetition; aggregates are skipped: they follow from the repetitions
//     real_time                       wall_ns; with UseManualTime the time that the benchmark set
//     cpu_time                        cpu_time_ns, not compared unless the configuration says how
//     user counters, memory figures   values of their name: compared where the catalogue or the configuration
//                                     knows it
//     skipped                         no repetition
//     error_occurred                  a failed repetition, its message a disqualifying finding
//     num_cpus, caches                the machine's class; host_name is its instance
//     mhz_per_cpu, load_avg           readings
//     library_build_type `debug`      a note: distributions' packages say so whatever was measured
//
// Several files are several processes of one program: each is one repetition, the median over its entries.
// Repetitions of one file share a process, and a note says so: what differs from process to process is not in
// them.
//
// Pure: text in, values out.

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "reports/history/records.hpp"

namespace offledger::history {

/// The workload of every benchmark that was not a cell of offledger's.
inline constexpr std::string_view kGoogleBenchmark = "google-benchmark";

struct NamedText {
  std::string file, text;
};

/// One run of all files, which must come from one machine. id, label, commit, sitting and tool_version are
/// left to the caller; started_at_unix is the first file's date, 0 where it has none. Throws Error(kUsage)
/// with file and line for what is not that format, and Error(kNotMeasured) where it holds no repetition of
/// any benchmark.
Run run_of_google_benchmark(std::span<const NamedText> files);

/// The run as that format: a benchmark a cell, `schedule/workload`, an entry a repetition, wall_ns as
/// real_time (and as cpu_time, which the format's readers want, where the run has none), every other value as
/// a user counter. Reading it back gives the same values. A repetition that failed, or has no wall_ns, is an
/// entry with error_occurred.
std::string google_benchmark_json(const Run& run);

}  // namespace offledger::history
