// SPDX-License-Identifier: Apache-2.0
#include "cli/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

using Json = nlohmann::ordered_json;

void deepen(Json& schedule, std::uint32_t depth) {
  bool ranged = false;
  for (Json& point : schedule["issue"]) {
    if (!point["ahead"].is_object() || !point["ahead"].contains("to")) continue;
    point["ahead"]["to"] = depth;
    ranged = true;
  }
  if (!ranged) return;
  for (auto& [group, slots] : schedule["slots"]["count"].items()) slots = depth + 1;
}

}  // namespace

std::unique_ptr<language::Schedule> turn_knobs(const Scenario& scenario) {
  const EmbeddedFile* file = find_embedded(language::catalogue_files(), scenario.schedule + ".json");
  if (file == nullptr) {
    throw Error(ErrorKind::kUsage,
                fmt::format("expected a schedule of the catalogue, found '{}'", scenario.schedule));
  }
  Json schedule = Json::parse(file->text);
  if (scenario.fenced) {
    for (Json& point : schedule["issue"]) point["fence"] = true;
  }
  if (scenario.depth) deepen(schedule, *scenario.depth);
  if (scenario.layer_host_us > 0 && schedule["ready"] == "host_event") {
    schedule["ready"] = {{"mode", "host_event"}, {"host_cost_us", {{"attn", scenario.layer_host_us}}}};
  }
  if (scenario.unit_host_us > 0) schedule["host"]["unit_us"] = scenario.unit_host_us;
  return language::parse_schedule(schedule.dump(), std::string(file->name));
}

trace::Timeline play_pass(const Scenario& scenario, model::Workload workload, device::Device& device) {
  workload.steps = 1;
  workload.link_bytes_per_s = scenario.link_bytes_per_s;
  return suite::play(*turn_knobs(scenario), workload, device);
}

Nanos pass_wall(const trace::Timeline& pass) {
  Nanos begin = Nanos::max();
  Nanos end = Nanos::min();
  for (const trace::HostCall& call : pass.calls) begin = std::min(begin, call.begin);
  for (const trace::Range& range : pass.ranges) begin = std::min(begin, range.begin);
  for (const trace::Kernel& kernel : pass.kernels) end = std::max(end, kernel.end);
  return end > begin ? end - begin : Nanos{0};
}

double h2d_bytes_in(const trace::Timeline& pass, Nanos begin, Nanos end) {
  double bytes = 0;
  for (const trace::Copy& copy : pass.copies) {
    const Nanos inside = std::min(copy.end, end) - std::max(copy.begin, begin);
    if (copy.direction != trace::CopyDirection::kH2D || inside.count() <= 0) continue;
    bytes += static_cast<double>(copy.bytes) * static_cast<double>(inside.count()) /
             static_cast<double>((copy.end - copy.begin).count());
  }
  return bytes;
}

Nanos compute_of(const model::Workload& workload) {
  Nanos sum{};
  for (const model::UnitCost& cost : workload.costs) sum += cost.compute * workload.shape.layers;
  return sum;
}

std::uint64_t bytes_of(const model::Workload& workload) {
  std::uint64_t sum = 0;
  for (const plan::Group& group : workload.shape.groups) sum += group.bytes() * workload.shape.layers;
  return sum;
}

}  // namespace offledger::cli
