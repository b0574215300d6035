// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/counters/counter_set.hpp"

#include <span>

#include "schedules/base/embedded.hpp"
#include "schedules/base/json.hpp"

namespace offledger::counters {

std::span<const EmbeddedFile> set_files();

CounterSet parse_set(std::string_view text, const std::string& name) {
  const json::Document document = json::Document::parse(text, name);
  json::Object root = document.root().object();
  (void)root.at("schema").one_of({"offledger.counters/1"});
  CounterSet set;
  set.chip = root.at("chip").string();
  for (const json::Value& value : root.at("counters").array()) {
    json::Object entry = value.object();
    Counter counter;
    counter.role = entry.at("role").string();
    const json::Value unit = entry.at("unit");
    (void)unit.one_of({"percent", "bytes_per_second"});
    counter.unit = unit.string();
    for (const json::Value& metric : entry.at("metrics").array()) counter.metrics.push_back(metric.string());
    counter.wire_ppm = static_cast<std::uint64_t>(entry.get("wire_ppm", 0, 0, 10'000'000));
    entry.finish();
    set.counters.push_back(std::move(counter));
  }
  root.finish();
  return set;
}

CounterSet set_for(std::string_view chip, Purpose purpose) {
  const std::string ending = purpose == Purpose::kFrontEnd ? ".front-end.json" : ".json";
  const EmbeddedFile* file = find_embedded(set_files(), std::string(chip) + ending);
  if (file == nullptr) file = find_embedded(set_files(), "default" + ending);
  return file == nullptr ? CounterSet{} : parse_set(file->text, std::string(file->name));
}

Resolved resolve(const CounterSet& set, const Passes& passes) {
  Resolved resolved;
  std::vector<std::string> metrics;
  for (const Counter& counter : set.counters) {
    bool exists = false, fits = false;
    for (const std::string& metric : counter.metrics) {
      if (passes({metric}) == 0) continue;
      exists = true;
      metrics.push_back(metric);
      fits = passes(metrics) == 1;
      if (fits) {
        resolved.counters.push_back({counter.role, counter.unit, metric, counter.wire_ppm});
        break;
      }
      metrics.pop_back();
    }
    if (!exists) resolved.left_out.push_back(counter.role + ": this chip has none of its metrics");
    if (exists && !fits) resolved.left_out.push_back(counter.role + ": does not fit the pass");
  }
  return resolved;
}

}  // namespace offledger::counters
