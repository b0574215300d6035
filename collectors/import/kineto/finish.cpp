// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/kineto/finish.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "collectors/import/kineto/owners.hpp"
#include "collectors/trace/steps.hpp"
#include "schedules/base/error.hpp"

namespace offledger::importers {
namespace {

using trace::Timeline;

[[noreturn]] void refuse_no_events(const TraceNotes& notes, const TraceOutline& outline,
                                   const std::string& path) {
  if (outline.bare() || notes.strangers != 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: expected an array of trace events (objects with a \"ph\"), found "
                            "{} elements, none of which is one: this is no trace",
                            path, notes.strangers));
  }
  throw Error(ErrorKind::kNotMeasured, fmt::format("{}: the trace holds no events: record it again", path));
}

[[noreturn]] void refuse_no_operations(const Timeline& timeline, const TraceNotes& notes,
                                       const std::string& path) {
  std::vector<std::pair<std::uint64_t, std::string>> most;
  for (const auto& [category, number] : notes.categories) {
    most.emplace_back(number, category.empty() ? "uncategorised" : category);
  }
  std::sort(most.begin(), most.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> shown;
  for (const auto& [number, category] : most) {
    if (shown.size() < 5) shown.push_back(fmt::format("{} {}", number, category));
  }
  const bool broken = timeline.defects.bad_timestamps + timeline.defects.missing_durations +
                          timeline.defects.negative_durations + timeline.defects.zero_timestamps !=
                      0;
  throw Error(
      ErrorKind::kNotMeasured,
      fmt::format("{}: expected GPU operations (kernels, copies, memsets), found none in {} events ({}){}; "
                  "record with the GPU's activities, in PyTorch "
                  "profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA])",
                  path, notes.events,
                  shown.empty() ? "metadata alone" : fmt::format("{}", fmt::join(shown, ", ")),
                  broken ? ", some of them without usable times" : ""));
}

void drop_repeated_records(Timeline& timeline) {
  std::set<trace::EventSync> seen;
  std::erase_if(timeline.event_records,
                [&](const trace::EventRecord& r) { return !seen.insert(r.event).second; });
}

void apply_names(Timeline& timeline, const TraceNotes& notes) {
  std::map<std::uint32_t, std::string_view> processes;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::string_view> threads;
  for (const GivenName& given : notes.names) {
    if (given.of_thread) threads.emplace(std::pair(given.pid, given.tid), given.name);
    if (!given.of_thread) processes.emplace(given.pid, given.name);
  }
  for (trace::ProcessInfo& process : timeline.processes) {
    const auto found = processes.find(process.pid);
    if (found != processes.end()) process.name = timeline.intern(found->second);
  }
  for (trace::ThreadInfo& thread : timeline.threads) {
    const auto found = threads.find({timeline.processes[index(thread.process)].pid, thread.tid});
    if (found != threads.end()) thread.name = timeline.intern(found->second);
  }
}

/// The devices that did something, named by "deviceProperties".
void name_devices(Timeline& timeline, const std::string& properties) {
  std::set<trace::DeviceId> used;
  for (const trace::StreamInfo& stream : timeline.streams) used.insert(stream.device);
  for (const trace::DeviceId id : used) timeline.device(id, {});
  simdjson::dom::parser parser;
  simdjson::dom::array devices;
  if (parser.parse(properties).get(devices) != simdjson::SUCCESS) return;
  for (const simdjson::dom::element device : devices) {
    std::int64_t id = 0;
    std::string_view name;
    if (device["id"].get(id) != simdjson::SUCCESS || device["name"].get(name) != simdjson::SUCCESS) continue;
    if (!std::in_range<std::uint32_t>(id) || !used.contains(static_cast<trace::DeviceId>(id))) continue;
    timeline.device(static_cast<trace::DeviceId>(id), name);
  }
}

std::int64_t clock_origin(const std::string& base_nanoseconds) {
  simdjson::dom::parser parser;
  std::int64_t origin = 0;
  return parser.parse(base_nanoseconds).get(origin) == simdjson::SUCCESS ? origin : 0;
}

}  // namespace

void finish(Timeline& timeline, const TraceNotes& notes, const TraceOutline& outline,
            const std::string& path) {
  if (notes.events == 0) refuse_no_events(notes, outline, path);
  if (timeline.gpu_op_count() == 0) refuse_no_operations(timeline, notes, path);
  timeline.defects.unknown_records += notes.strangers;
  drop_repeated_records(timeline);
  assign_owners(timeline);
  trace::number_steps(timeline);
  apply_names(timeline, notes);
  name_devices(timeline, outline.member("deviceProperties"));
  timeline.source.device_kind = trace::DeviceKind::kImport;
  timeline.source.tool = "kineto";
  timeline.source.clock_origin = clock_origin(outline.member("baseTimeNanoseconds"));
  if (!timeline.devices.empty())
    timeline.source.device_profile = timeline.text(timeline.devices.front().name);
}

}  // namespace offledger::importers
