// SPDX-License-Identifier: Apache-2.0
#include "cli/bench/bugs.hpp"

#include <nlohmann/json.hpp>

#include "schedules/base/error.hpp"

namespace offledger::sweep {
namespace {

using Json = nlohmann::json;

void fence(Json& schedule) {
  for (auto& point : schedule["issue"]) point["fence"] = true;
}
void forget_to_prefetch(Json& schedule) {
  schedule["issue"] = Json::array();
  schedule.erase("prologue");
}
void block_the_host(Json& schedule) {
  schedule["ready"] = "device_sync";
}
void share_the_stream(Json& schedule) {
  schedule["streams"]["copy"] = "compute";
  schedule["streams"].erase("copy_mapping");
}
void cut_into_chunks(Json& schedule) {
  schedule["copy"] = {{"by", "chunks"}, {"chunk_bytes", 1048576}};
}
void allocate_each_time(Json& schedule) {
  schedule["slots"]["allocate"] = true;
}
void take_one_slot(Json& schedule) {
  schedule["slots"] = {{"mapping", "single"}};
}
void forget_to_pin(Json& schedule) {
  schedule["source"] = "pageable";
}
void pin_each_time(Json& schedule) {
  schedule["source"] = "pinned_on_the_fly";
}

struct Edit {
  Bug bug;
  void (*apply)(Json&);
};
constexpr Edit kEdits[] = {{{"pageable memory"}, forget_to_pin},
                           {{"pageable memory, not declared", true}, forget_to_pin},
                           {{"pinned on the fly"}, pin_each_time},
                           {{"copies fenced behind compute"}, fence},
                           {{"no prefetch"}, forget_to_prefetch},
                           {{"host waits for the device"}, block_the_host},
                           {{"copies on the compute stream"}, share_the_stream},
                           {{"copies cut into 1 MiB"}, cut_into_chunks},
                           {{"slots allocated each time"}, allocate_each_time},
                           {{"one slot"}, take_one_slot}};

}  // namespace

const std::vector<Bug>& bugs() {
  static const std::vector<Bug> all = [] {
    std::vector<Bug> list;
    for (const Edit& edit : kEdits) list.push_back(edit.bug);
    return list;
  }();
  return all;
}

std::unique_ptr<language::Schedule> with_bug(std::string_view schedule_text, const Bug& bug) {
  const Json before = Json::parse(schedule_text);
  for (const Edit& edit : kEdits) {
    if (edit.bug.name != bug.name) continue;
    Json after = before;
    edit.apply(after);
    if (after == before) return nullptr;
    try {
      return language::parse_schedule(after.dump(), "schedule with a bug");
    } catch (const Error&) {
      return nullptr;
    }
  }
  return nullptr;
}

}  // namespace offledger::sweep
