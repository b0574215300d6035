// SPDX-License-Identifier: Apache-2.0

#include "harness/device/sim/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/model/total.hpp"
#include "schedules/base/hash.hpp"
#include "schedules/base/json.hpp"

namespace offledger::sim {
namespace {

constexpr std::int64_t kMostCost = 10'000'000'000;  ///< ten seconds a call
constexpr std::int64_t kMostCompute = std::int64_t{1} << 50;

std::uint64_t bandwidth(const json::Value& value) {
  return static_cast<std::uint64_t>(value.integer(model::kLeastBandwidth, model::kMostBandwidth));
}

std::vector<BandwidthPoint> parse_curve(const json::Value& value) {
  std::vector<BandwidthPoint> points;
  for (const json::Value& element : value.array()) {
    json::Object object = element.object();
    BandwidthPoint point;
    const json::Value bytes = object.at("bytes");
    point.bytes = static_cast<std::uint64_t>(bytes.integer(1));
    point.bytes_per_s = bandwidth(object.at("bytes_per_s"));
    object.finish();
    if (!points.empty() && point.bytes <= points.back().bytes) {
      throw bytes.error(fmt::format("expected the points in ascending order: {} follows {}", point.bytes,
                                    points.back().bytes));
    }
    points.push_back(point);
  }
  if (points.empty()) throw value.error("expected at least one point");
  return points;
}

/// The cap of both directions, which each of them must be able to reach alone.
std::uint64_t parse_cap(const json::Value& value, const Profile& profile) {
  const std::uint64_t cap = bandwidth(value);
  const std::uint64_t one =
      std::max(Bandwidth(profile.h2d_pinned).plateau(), Bandwidth(profile.d2h_pinned).plateau());
  if (cap < one)
    throw value.error(fmt::format("expected at least {}, which one direction reaches alone", one));
  return cap;
}

std::optional<PowerLimit> parse_power(json::Object& profile) {
  const auto value = profile.find("power");
  if (!value) return std::nullopt;
  json::Object object = value->object();
  PowerLimit power;
  power.window = nanos(object.at("window_ns").integer(1, kMostCost));
  power.from_busy_permille = static_cast<std::uint32_t>(object.at("from_busy_permille").integer(0, 999));
  object.finish();
  return power;
}

std::vector<MeasuredUnit> parse_costs(const json::Value& value, bool power) {
  std::vector<MeasuredUnit> costs;
  for (const json::Value& element : value.array()) {
    json::Object object = element.object();
    MeasuredUnit cost;
    cost.compute = nanos(object.at("compute_ns").integer(1, kMostCompute));
    cost.kernels = static_cast<std::uint32_t>(object.get("kernels", 1, 1, 100'000));
    if (const auto sustained = object.find("sustained_ns")) {
      cost.slowdown = nanos(sustained->integer(cost.compute.count(), kMostCompute)) - cost.compute;
      if (!power)
        throw sustained->error("expected a \"power\" in the profile, which says when kernels take that long");
    }
    object.finish();
    costs.push_back(cost);
  }
  if (costs.empty()) throw value.error("expected a cost for each group of the workload");
  return costs;
}

void parse_host_costs(const json::Value& value, Profile& profile) {
  json::Object object = value.object();
  const auto cost = [&object](std::string_view key) { return nanos(object.at(key).integer(0, kMostCost)); };
  profile.launch = cost("launch");
  profile.event_record = cost("event_record");
  profile.stream_wait = cost("stream_wait");
  profile.copy_enqueue = cost("copy_enqueue");
  profile.sync_call = cost("sync_call");
  profile.alloc = cost("alloc");
  profile.free = cost("free");
  object.finish();
}

void parse_latencies(const json::Value& value, Profile& profile) {
  json::Object object = value.object();
  profile.launch_latency = nanos(object.at("launch").integer(0, kMostCost));
  profile.copy_latency = nanos(object.at("copy").integer(0, kMostCost));
  object.finish();
}

nlohmann::ordered_json curve_json(const std::vector<BandwidthPoint>& points) {
  auto array = nlohmann::ordered_json::array();
  for (const BandwidthPoint& point : points) {
    array.push_back({{"bytes", point.bytes}, {"bytes_per_s", point.bytes_per_s}});
  }
  return array;
}

}  // namespace

Profile parse_profile(std::string_view text, const std::string& file) {
  const json::Document document = json::Document::parse(text, file);
  json::Object object = document.root().object();
  Profile profile;
  profile.name = object.at("name").string();
  profile.description = object.at("description").string();
  profile.source = object.at("source").string();
  profile.calibrated = object.at("calibrated").boolean();
  profile.h2d_pinned = parse_curve(object.at("h2d_pinned"));
  profile.h2d_pageable = parse_curve(object.at("h2d_pageable"));
  profile.d2h_pinned = parse_curve(object.at("d2h_pinned"));
  profile.both_directions_bytes_per_s = parse_cap(object.at("both_directions_bytes_per_s"), profile);
  parse_host_costs(object.at("host_ns"), profile);
  parse_latencies(object.at("latency_ns"), profile);
  profile.pin_bytes_per_s = bandwidth(object.at("pin_bytes_per_s"));
  profile.launch_queue = static_cast<std::uint32_t>(object.at("launch_queue").integer(1, 1 << 24));
  profile.device_memory_bytes = static_cast<std::uint64_t>(object.at("device_memory_bytes").integer(1));
  profile.power = parse_power(object);
  if (const auto compute = object.find("compute")) {
    json::Object by_workload = compute->object();
    for (const auto& [workload, costs] : by_workload.members())
      profile.compute[workload] = parse_costs(costs, profile.power.has_value());
  }
  object.finish();
  profile.hash = content_hash(text);
  return profile;
}

std::string to_json(const Profile& profile) {
  nlohmann::ordered_json json = {
      {"$schema", "profile.schema.json"},
      {"name", profile.name},
      {"description", profile.description},
      {"source", profile.source},
      {"calibrated", profile.calibrated},
      {"h2d_pinned", curve_json(profile.h2d_pinned)},
      {"h2d_pageable", curve_json(profile.h2d_pageable)},
      {"d2h_pinned", curve_json(profile.d2h_pinned)},
      {"both_directions_bytes_per_s", profile.both_directions_bytes_per_s},
      {"host_ns",
       {{"launch", profile.launch.count()},
        {"event_record", profile.event_record.count()},
        {"stream_wait", profile.stream_wait.count()},
        {"copy_enqueue", profile.copy_enqueue.count()},
        {"sync_call", profile.sync_call.count()},
        {"alloc", profile.alloc.count()},
        {"free", profile.free.count()}}},
      {"latency_ns", {{"launch", profile.launch_latency.count()}, {"copy", profile.copy_latency.count()}}},
      {"pin_bytes_per_s", profile.pin_bytes_per_s},
      {"launch_queue", profile.launch_queue},
      {"device_memory_bytes", profile.device_memory_bytes}};
  if (profile.power) {
    json["power"] = {{"window_ns", profile.power->window.count()},
                     {"from_busy_permille", profile.power->from_busy_permille}};
  }
  for (const auto& [workload, costs] : profile.compute) {
    auto& array = json["compute"][workload] = nlohmann::ordered_json::array();
    for (const MeasuredUnit& cost : costs) {
      auto& unit = array.emplace_back(
          nlohmann::ordered_json{{"compute_ns", cost.compute.count()}, {"kernels", cost.kernels}});
      if (cost.slowdown > Nanos::zero()) unit["sustained_ns"] = (cost.compute + cost.slowdown).count();
    }
  }
  return json.dump(2) + "\n";
}

Profile find_profile(const std::string& name_or_path) {
  if (const EmbeddedFile* file = find_embedded(profile_files(), name_or_path + ".json")) {
    return parse_profile(file->text, std::string(file->name));
  }
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".json")) {
    Profile profile = parse_profile(json::read_file(name_or_path), name_or_path);
    const EmbeddedFile* shipped = find_embedded(profile_files(), profile.name + ".json");
    if (shipped != nullptr && content_hash(shipped->text) != profile.hash) {
      profile.name += fmt::format("@{:.6}", profile.hash);
    }
    return profile;
  }
  std::vector<std::string_view> known;
  for (const EmbeddedFile& file : profile_files()) known.push_back(file.name.substr(0, file.name.rfind('.')));
  throw Error(ErrorKind::kUsage,
              fmt::format("no device profile '{}'{}. Give a name, or the path of a file (./mine.json)",
                          name_or_path, suggest(name_or_path, known)));
}

}  // namespace offledger::sim
