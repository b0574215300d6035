// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "collectors/import/nsys/records.hpp"
#include "collectors/trace/vocabulary.hpp"

namespace offledger::importers::nsys {
namespace {

constexpr std::int64_t kDriverClass = 1;
constexpr std::int64_t kNoStream = 0xFFFFFFFF;
// NVTX event types, the same in every schema since 2020.
constexpr std::int64_t kPushPopRange = 59;
constexpr std::int64_t kStartEndRange = 60;
constexpr std::int64_t kDomainCreate = 75;

}  // namespace

void Records::read_calls() {
  file_.for_each("CUPTI_ACTIVITY_KIND_RUNTIME",
                 {"start", "end", "globalTid", "correlationId", "nameId", "eventClass", "returnValue"},
                 [&](const Row& row) {
                   const auto at = times(row);
                   if (!at) return;
                   const std::int64_t tid = row.integer_or(2, 0);
                   trace::HostCall call;
                   call.begin = at->begin;
                   call.end = at->end;
                   call.thread = keys_.thread(tid);
                   call.correlation = keys_.correlation(tid, row.integer(3));
                   call.name = keys_.api_name(row.integer(4));
                   call.api = row.integer(5) == kDriverClass ? trace::Api::kDriver : trace::Api::kRuntime;
                   const std::int64_t result = row.integer_or(6, 0);
                   call.result = std::in_range<std::int32_t>(result) ? static_cast<std::int32_t>(result) : -1;
                   t_.calls.push_back(call);
                 });
}

void Records::read_syncs() {
  file_.for_each("CUPTI_ACTIVITY_KIND_SYNCHRONIZATION",
                 {"start", "end", "globalPid", "deviceId", "contextId", "streamId", "correlationId",
                  "syncType", "eventSyncId"},
                 [&](const Row& row) {
                   const auto at = times(row);
                   if (!at) return;
                   const auto kind = enums_.sync_kind(row.integer_or(7, -1));
                   if (!kind) {
                     ++t_.defects.unknown_records;
                     return;
                   }
                   const std::int64_t pid = row.integer_or(2, 0);
                   const std::int64_t stream = row.integer_or(5, kNoStream);
                   trace::Sync sync;
                   sync.begin = at->begin;
                   sync.end = at->end;
                   sync.kind = *kind;
                   if (stream != kNoStream && stream >= 0) {
                     sync.stream = keys_.stream(pid, row.integer_or(3, -1), row.integer_or(4, 0), stream);
                   }
                   sync.event = keys_.event(pid, row.integer(8));
                   sync.correlation = keys_.correlation(pid, row.integer(6));
                   t_.syncs.push_back(sync);
                 });
}

void Records::read_events() {
  file_.for_each("CUPTI_ACTIVITY_KIND_CUDA_EVENT",
                 {"timestamp", "globalPid", "deviceId", "contextId", "streamId", "correlationId", "eventId",
                  "eventSyncId"},
                 [&](const Row& row) {
                   const std::int64_t pid = row.integer_or(1, 0);
                   trace::EventRecord record;
                   record.stream =
                       keys_.stream(pid, row.integer_or(2, -1), row.integer_or(3, 0), row.integer_or(4, 0));
                   record.correlation = keys_.correlation(pid, row.integer(5));
                   record.handle = static_cast<std::uint64_t>(row.integer_or(6, 0));
                   record.event = keys_.event(pid, row.integer(7));
                   const std::int64_t time = row.integer_or(0, 0);
                   if (time > 0) record.device_time = Nanos(time);
                   t_.event_records.push_back(record);
                 });
}

void Records::read_overheads() {
  read_overhead_table("CUPTI_ACTIVITY_KIND_OVERHEAD");
  read_overhead_table("PROFILER_OVERHEAD");
}

void Records::read_overhead_table(const std::string& table) {
  file_.for_each(table, {"start", "end", "globalTid", "nameId", "overheadType"}, [&](const Row& row) {
    const auto at = times(row);
    if (!at) return;
    trace::Overhead overhead;
    overhead.begin = at->begin;
    overhead.end = at->end;
    overhead.kind = enums_.overhead_kind(row.integer_or(4, -1));
    if (const auto tid = row.integer(2)) overhead.thread = keys_.thread(*tid);
    overhead.name = keys_.string(row.integer(3));
    t_.overheads.push_back(overhead);
  });
}

void Records::read_ranges() {
  static constexpr auto kColumns = {"start", "end", "eventType", "globalTid", "text", "textId", "domainId"};
  const auto text_of = [&](const Row& row) {
    const std::string_view text = row.text(4);
    return text.empty() ? keys_.string_text(row.integer(5)) : text;
  };
  // A domain is named by an event of its own, which may stand behind the ranges in it.
  std::map<std::pair<trace::ProcessRow, std::int64_t>, trace::StringId> domains;
  file_.for_each("NVTX_EVENTS", kColumns, [&](const Row& row) {
    if (row.integer(2) != kDomainCreate) return;
    domains[{keys_.process(row.integer_or(3, 0)), row.integer_or(6, 0)}] = t_.intern(text_of(row));
  });
  file_.for_each("NVTX_EVENTS", kColumns, [&](const Row& row) {
    if (row.integer(2) != kPushPopRange && row.integer(2) != kStartEndRange) return;
    const auto at = times(row);
    if (!at) return;
    const std::int64_t tid = row.integer_or(3, 0);
    trace::Range range;
    range.begin = at->begin;
    range.end = at->end;
    range.thread = keys_.thread(tid);
    const std::string_view text = text_of(row);
    range.name = t_.intern(text);
    const auto domain = domains.find({keys_.process(tid), row.integer_or(6, 0)});
    if (domain != domains.end()) range.domain = domain->second;
    if (const auto step = trace::profiler_step(text)) {
      range.kind = trace::RangeKind::kStep;
      range.step = *step;
    }
    t_.ranges.push_back(range);
  });
}

}  // namespace offledger::importers::nsys
