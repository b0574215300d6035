// SPDX-License-Identifier: Apache-2.0
//
// Knobs that say how units move and are waited for: `ready`, `release`, `streams`, `copy`, `host`.

#include <fmt/format.h>

#include <algorithm>

#include "schedules/language/parse.hpp"

namespace offledger::language {

Ready parse_ready(const json::Value& value) {
  static const std::vector<std::string_view> kModes{"host_event",  "stream_event", "wait_stream",
                                                    "stream_sync", "device_sync",  "none"};
  Ready ready;
  ready.place = place_of(value);
  ready.host_cost.all = Nanos{0};
  if (value.kind() == json::Kind::kString) {
    ready.mode = static_cast<ReadyMode>(value.one_of(kModes));
    return ready;
  }
  json::Object object = value.object();
  ready.mode = static_cast<ReadyMode>(object.at("mode").one_of(kModes));
  if (const auto cost = object.find("host_cost_us")) {
    ready.host_cost = parse_per_group<Nanos>(*cost, parse_micros);
  }
  if (const auto on = object.find("on")) {
    ready.on = parse_name(*on);
    if (ready.mode != ReadyMode::kStreamEvent && ready.mode != ReadyMode::kWaitStream) {
      throw on->error("names the stream that waits; only the modes stream_event and wait_stream have one");
    }
  }
  object.finish();
  return ready;
}

Release parse_release(const json::Value& value) {
  static const std::vector<std::string_view> kModes{"last_reader_event", "wait_stream", "host_sync", "none"};
  Release release;
  if (value.kind() == json::Kind::kString) {
    release.mode = static_cast<ReleaseMode>(value.one_of(kModes));
    return release;
  }
  json::Object object = value.object();
  release.mode = static_cast<ReleaseMode>(object.at("mode").one_of(kModes));
  if (const auto at = object.find("at")) {
    release.at_release = at->one_of({"reuse", "release"}) == 1;
    if (release.mode != ReleaseMode::kHostSync) {
      throw at->error("says when the host waits; only the mode host_sync has it wait");
    }
  }
  object.finish();
  return release;
}

namespace {

void parse_copy_streams(const json::Value& value, Streams& streams) {
  if (value.kind() == json::Kind::kString) {
    const std::string name = parse_name(value);
    if (name != "compute") streams.copy = {name};
    return;
  }
  constexpr std::size_t kMostCopyStreams = 16;
  for (const json::Value& each : value.array()) {
    std::string name = parse_name(each);
    if (std::find(streams.copy.begin(), streams.copy.end(), name) != streams.copy.end()) {
      throw each.error(fmt::format("stream '{}' is named twice", name));
    }
    streams.copy.push_back(std::move(name));
  }
  if (streams.copy.empty() || streams.copy.size() > kMostCopyStreams) {
    throw value.error(
        fmt::format("expected \"compute\", a stream's name, or a list of 1 to {}", kMostCopyStreams));
  }
}

}  // namespace

Streams parse_streams(const json::Value& value) {
  json::Object object = value.object();
  Streams streams;
  streams.place = place_of(value);
  if (const auto copy = object.find("copy")) {
    parse_copy_streams(*copy, streams);
  } else {
    streams.copy = {"weight_h2d"};
  }
  if (const auto mapping = object.find("copy_mapping")) {
    streams.copy_mapping = static_cast<CopyMapping>(mapping->one_of({"unit", "slot", "group"}));
    if (streams.copy.size() < 2)
      throw mapping->error("chooses among copy streams; expected at least two of them");
  }
  if (const auto compute = object.find("compute")) {
    streams.compute = parse_per_group<std::string>(*compute, parse_name);
  } else {
    streams.compute.all = "compute";
  }
  if (const auto priority = object.find("priority")) {
    for (const auto& [name, each] : priority->object().members()) {
      streams.priority.emplace_back(name, static_cast<int>(each.integer(-100, 100)));
    }
  }
  object.finish();
  return streams;
}

CopyKnob parse_copy(const json::Value& value) {
  static const std::vector<std::string_view> kBy{"slab", "tensor", "chunks"};
  constexpr std::int64_t kLeastChunk = 4096;
  CopyKnob copy;
  copy.place = place_of(value);
  if (value.kind() == json::Kind::kString) {
    copy.by = static_cast<CopyBy>(value.one_of({"slab", "tensor"}));
    return copy;
  }
  json::Object object = value.object();
  if (const auto by = object.find("by")) copy.by = static_cast<CopyBy>(by->one_of(kBy));
  if (copy.by == CopyBy::kChunks) {
    copy.chunk_bytes = static_cast<std::uint64_t>(object.at("chunk_bytes").integer(kLeastChunk));
  } else if (const auto chunk = object.find("chunk_bytes")) {
    throw chunk->error("contradicts \"by\": expected \"by\": \"chunks\" with it");
  }
  copy.in_flight = static_cast<std::uint32_t>(object.get("in_flight", 0, 1, 1024));
  if (const auto order = object.find("order")) copy.by_need = order->one_of({"program", "need"}) == 1;
  object.finish();
  return copy;
}

Host parse_host(const json::Value& value) {
  json::Object object = value.object();
  Host host;
  if (const auto cost = object.find("unit_us")) host.unit = parse_micros(*cost);
  if (const auto cost = object.find("copy_us")) host.copy = parse_micros(*cost);
  if (const auto cost = object.find("compute_us")) host.compute = parse_micros(*cost);
  object.finish();
  return host;
}

}  // namespace offledger::language
