// SPDX-License-Identifier: Apache-2.0

#include "harness/suite/suite.hpp"

#include <fmt/format.h>

#include "harness/device/sim/profile.hpp"
#include "harness/execute/execute.hpp"
#include "schedules/base/json.hpp"

namespace offledger::suite {
namespace {

std::vector<std::string> parse_names(const json::Value& value) {
  std::vector<std::string> names;
  for (const json::Value& element : value.array()) {
    names.push_back(element.string());
    if (names.back().empty()) throw element.error("expected a name or a path");
  }
  if (names.empty()) throw value.error("expected at least one name");
  return names;
}

/// One entry of "cases": every schedule on every workload, a workload after the other.
void parse_cases(const json::Value& value, std::vector<Case>& cases) {
  json::Object object = value.object();
  const std::vector<std::string> schedules = parse_names(object.at("schedules"));
  const std::vector<std::string> workloads = parse_names(object.at("workloads"));
  object.finish();
  for (const std::string& workload : workloads) {
    for (const std::string& schedule : schedules) {
      const Case added{schedule, workload};
      for (const Case& other : cases) {
        if (other == added)
          throw value.error(fmt::format("'{}' on '{}' is listed twice", schedule, workload));
      }
      cases.push_back(added);
    }
  }
}

}  // namespace

Suite parse_suite(std::string_view text, const std::string& file) {
  const json::Document document = json::Document::parse(text, file);
  json::Object object = document.root().object();
  Suite suite;
  suite.name = object.at("name").string();
  suite.title = object.get("title", "");
  const json::Value cases = object.at("cases");
  for (const json::Value& entry : cases.array()) parse_cases(entry, suite.cases);
  if (suite.cases.empty()) throw cases.error("expected at least one entry");
  suite.reps = static_cast<std::uint32_t>(object.get("reps", 0, 0, 10'000));
  object.finish();
  return suite;
}

Suite find_suite(const std::string& name_or_path) {
  if (const EmbeddedFile* file = find_embedded(suite_files(), name_or_path + ".json")) {
    return parse_suite(file->text, std::string(file->name));
  }
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".json")) {
    return parse_suite(json::read_file(name_or_path), name_or_path);
  }
  std::vector<std::string_view> known;
  for (const EmbeddedFile& file : suite_files()) known.push_back(file.name.substr(0, file.name.rfind('.')));
  throw Error(ErrorKind::kUsage,
              fmt::format("no suite '{}'{}. Give a name, or the path of a file (./mine.json)", name_or_path,
                          suggest(name_or_path, known)));
}

std::uint64_t calibrated_link(std::string_view gpu) {
  for (const EmbeddedFile& file : sim::profile_files()) {
    const sim::Profile profile = sim::parse_profile(file.text, std::string(file.name));
    const bool same = profile.calibrated && profile.description.starts_with(gpu) &&
                      (profile.description.size() == gpu.size() || profile.description[gpu.size()] == ',');
    if (same && !gpu.empty()) return profile.h2d_pinned.back().bytes_per_s;
  }
  return 0;
}

trace::Timeline play(const language::Schedule& schedule, const model::Workload& workload,
                     device::Device& device, const device::CounterRequest& counters) {
  const bool wanted = counters.mode != device::CounterRequest::Mode::kNone;
  const bool has_counters = wanted && device.sample_counters(counters);
  const plan::Plan plan = schedule.compile(workload.shape);
  const model::Workload cut = model::regroup(workload, plan.model);
  trace::Timeline timeline = execute::run(plan, cut, cut.steps, device);
  if (wanted && !has_counters) {
    timeline.note("counters_unavailable",
                  fmt::format("hardware counters were asked for and not had: {} {}", device.identity().name,
                              device.identity().kind == trace::DeviceKind::kSim
                                  ? "is simulated and has none; measure on --device cuda"
                                  : "has none"));
  }
  timeline.source.schedule = schedule.name();
  timeline.source.workload = workload.name;
  timeline.source.wraps = schedule.wraps();
  if (timeline.source.link_bytes_per_s == 0) {
    timeline.source.link_bytes_per_s = calibrated_link(device.identity().description);
  }
  return timeline;
}

}  // namespace offledger::suite
