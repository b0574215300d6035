// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "reports/history/google_benchmark.hpp"
#include "reports/history/tables.hpp"

namespace offledger::history {
namespace {

using Json = nlohmann::ordered_json;

std::string date_of(std::int64_t unix_seconds) {
  const std::time_t at = unix_seconds;
  std::tm parts{};
  if (::gmtime_r(&at, &parts) == nullptr) return "";
  char text[64];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S+00:00", &parts)};
}

Json context_of(const Run& run) {
  Json context;
  context["date"] = date_of(run.started_at_unix);
  context["host_name"] = run.environment.instance;
  context["executable"] = "offledger";
  context["caches"] = Json::array();
  context["load_avg"] = Json::array();
  context["library_build_type"] = "release";
  context["offledger_run"] = run.id;
  context["offledger_device"] = run.machine_class.device_name;
  if (!run.commit.empty()) context["commit"] = run.commit;
  return context;
}

std::optional<double> value_of(const Rep& rep, const char* metric) {
  const auto at = rep.values.find(metric);
  return at != rep.values.end() && at->second && std::isfinite(*at->second) ? at->second : std::nullopt;
}

void add_figures(const Rep& rep, Json& entry) {
  const auto wall = value_of(rep, "wall_ns");
  if (rep.exit_code != 0 || !wall) {
    entry["error_occurred"] = true;
    entry["error_message"] =
        rep.exit_code != 0 ? fmt::format("exit code {}", rep.exit_code) : "wall_ns was not measured";
  }
  entry["iterations"] = 1;
  entry["real_time"] = wall.value_or(0);
  entry["cpu_time"] = value_of(rep, "cpu_time_ns").value_or(wall.value_or(0));
  entry["time_unit"] = "ns";
  for (const auto& [name, value] : rep.values) {
    if (value && std::isfinite(*value) && name != "wall_ns" && name != "cpu_time_ns" && !entry.contains(name))
      entry[name] = *value;
  }
}

}  // namespace

std::string google_benchmark_json(const Run& run) {
  Json benchmarks = Json::array();
  for (std::size_t family = 0; family < run.cells.size(); ++family) {
    const Cell& cell = run.cells[family];
    for (const Rep& rep : cell.reps) {
      Json entry;
      entry["name"] = name_of(cell.key);
      entry["family_index"] = family;
      entry["per_family_instance_index"] = 0;
      entry["run_name"] = name_of(cell.key);
      entry["run_type"] = "iteration";
      entry["repetitions"] = cell.reps.size();
      entry["repetition_index"] = rep.number;
      entry["threads"] = 1;
      add_figures(rep, entry);
      benchmarks.push_back(std::move(entry));
    }
  }
  Json root;
  root["context"] = context_of(run);
  root["benchmarks"] = std::move(benchmarks);
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace offledger::history
