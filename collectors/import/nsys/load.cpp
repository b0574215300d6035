// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/nsys/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "collectors/import/nsys/records.hpp"
#include "collectors/trace/steps.hpp"
#include "schedules/base/error.hpp"

namespace offledger::importers::nsys {
namespace {

bool is_activity(const std::string& table) {
  return table.starts_with("CUPTI_ACTIVITY_KIND_");
}

void require_export(const Export& file, const std::string& path) {
  const std::set<std::string>& tables = file.tables();
  if (file.has("StringIds") || std::any_of(tables.begin(), tables.end(), is_activity)) return;
  std::string shown;
  std::size_t count = 0;
  for (const std::string& table : tables) {
    if (count++ < 6) shown += (shown.empty() ? "" : ", ") + table;
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: expected an Nsight Systems export, found a SQLite database with {}", path,
                          tables.empty() ? "no tables" : "tables " + shown));
}

void require_operations(Export& file, const trace::Timeline& timeline, const std::string& path) {
  if (timeline.gpu_op_count() != 0) return;
  throw Error(
      ErrorKind::kNotMeasured,
      fmt::format(
          "{}: expected GPU operations (kernels, copies, memsets), found none; the export holds {} CUDA "
          "calls, {} NVTX ranges{}; profile with `nsys profile --trace=cuda,nvtx`",
          path, timeline.calls.size(), timeline.ranges.size(), file.has("OSRT_API") ? " and OS calls" : ""));
}

/// The event clock's zero: the session's start is known as UTC and, since 2023, on the event clock too.
std::int64_t clock_origin(Export& file) {
  bool normalised = false;
  for (const char* table : {"META_DATA_EXPORT", "EXPORT_META_DATA"}) {
    file.for_each(table, {"name", "value"}, [&](const Row& row) {
      if (row.text(0) == "EXPORT_PARAM_TIME_NORMALIZE") normalised = row.text(1) == "true";
    });
  }
  std::int64_t origin = 0;
  file.for_each("TARGET_INFO_SESSION_START_TIME", {"utcEpochNs", "systemClockNs"}, [&](const Row& row) {
    const std::int64_t utc = row.integer_or(0, 0);
    const std::int64_t start = normalised ? 0 : row.integer_or(1, 0);
    if (utc > 0 && start >= 0) origin = utc - start;
  });
  return origin;
}

/// The profiler's own word that events were lost.
void read_losses(Export& file, trace::Timeline& timeline) {
  file.for_each("DIAGNOSTIC_EVENT", {"text"}, [&](const Row& row) {
    const std::string_view text = row.text(0);
    const bool lost = text.find("dropped") != text.npos || text.find("Not all CUDA events") != text.npos;
    if (!lost) return;
    ++timeline.defects.dropped_records;
    timeline.source.complete = false;
  });
}

struct Stage {
  void (Records::*read)();
};
constexpr Stage kStages[] = {{&Records::read_kernels}, {&Records::read_graphs},    {&Records::read_copies},
                             {&Records::read_memsets}, {&Records::read_calls},     {&Records::read_syncs},
                             {&Records::read_events},  {&Records::read_overheads}, {&Records::read_ranges},
                             {&Records::read_names}};

trace::Timeline read(const std::string& path, const Progress& progress) {
  Export file(path);
  require_export(file, path);
  trace::Timeline timeline;
  timeline.source.device_kind = trace::DeviceKind::kImport;
  timeline.source.tool = "nsys";
  timeline.source.clock_origin = clock_origin(file);
  Records records(file, timeline);
  const auto size = static_cast<std::size_t>(std::filesystem::file_size(path));
  for (std::size_t stage = 0; stage < std::size(kStages); ++stage) {
    (records.*kStages[stage].read)();
    if (progress) progress(size / std::size(kStages) * (stage + 1), size);
  }
  read_losses(file, timeline);
  require_operations(file, timeline, path);
  trace::number_steps(timeline);
  if (!timeline.devices.empty())
    timeline.source.device_profile = timeline.text(timeline.devices.front().name);
  return timeline;
}

}  // namespace

trace::Timeline load(const std::string& path, const Progress& progress) {
  if (std::error_code ignored; std::filesystem::is_directory(path, ignored)) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: expected a trace file, found a directory", path));
  }
  try {
    return read(path, progress);
  } catch (const SQLite::Exception& error) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: cannot be read as SQLite: {}; export it again (nsys export --type sqlite)",
                            path, error.what()));
  }
}

}  // namespace offledger::importers::nsys
