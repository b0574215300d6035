// SPDX-License-Identifier: Apache-2.0
#include "reports/history/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "reports/history/google_benchmark.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/median.hpp"

namespace offledger::history {
namespace {

using Json = nlohmann::ordered_json;
using metrics::Direction;

/// Quoted as in RFC 4180 where it must be.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos && !text.starts_with('#')) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c == '\n' || c == '\r' ? ' ' : c;  // the reader takes a line at a time
  }
  return out + '"';
}

std::set<std::string> metrics_of(const Run& run) {
  std::set<std::string> names;
  for (const Cell& cell : run.cells) {
    for (const Rep& rep : cell.reps) {
      for (const auto& [name, value] : rep.values) names.insert(name);
    }
  }
  return names;
}

void check_names(const std::set<std::string>& known, const std::vector<std::string>& names) {
  const std::vector<std::string_view> held(known.begin(), known.end());
  for (const std::string& name : names) {
    if (known.contains(name)) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("expected a metric that the run holds, found '{}'{}", name, suggest(name, held)));
  }
}

std::optional<double> measured(const Rep& rep, const std::string& metric) {
  const auto at = rep.values.find(metric);
  if (rep.exit_code != 0 || at == rep.values.end() || !at->second || !std::isfinite(*at->second))
    return std::nullopt;
  return at->second;
}

template <typename Keep>
std::size_t add_rows(const Run& run, const char* side, const Keep& keep, std::string& out) {
  std::size_t rows = 0;
  for (const Cell& cell : run.cells) {
    for (const Rep& rep : cell.reps) {
      for (const auto& [name, value] : rep.values) {
        if (!keep(name) || !measured(rep, name)) continue;
        fmt::format_to(std::back_inserter(out), "{},{},{},{},{}\n", field(name_of(cell.key)), field(name),
                       side, rep.order, *value);
        ++rows;
      }
    }
  }
  return rows;
}

const char* unit_of(const metrics::Metric* metric, const std::string& name) {
  if (metric == nullptr) return name.ends_with("_ns") ? "ns" : "";
  switch (metric->unit) {
    case metrics::Unit::kNanoseconds: return "ns";
    case metrics::Unit::kBytes: return "bytes";
    case metrics::Unit::kCount: return "count";
    case metrics::Unit::kRatio: return "ratio";
    case metrics::Unit::kGigabytesPerSecond: return "GB/s";
  }
  return "";
}

Json entry_of(const Run& run, const Cell& cell, const std::string& name, std::vector<double> values) {
  Json entry;
  entry["name"] = fmt::format("{} {}", name_of(cell.key), name);
  entry["unit"] = unit_of(metrics::find(name), name);
  entry["value"] = median(values);
  const auto [least, most] = std::ranges::minmax(values);
  if (values.size() > 1) entry["range"] = fmt::format("{} to {}", least, most);
  entry["extra"] = fmt::format("repetitions: {}\nrun: {}\ndevice: {}", values.size(), run.id.substr(0, 12),
                               run.machine_class.device_name);
  if (!run.commit.empty()) entry["extra"] = entry["extra"].get<std::string>() + "\ncommit: " + run.commit;
  return entry;
}

/// The metrics to write, in the catalogue's order, then those it does not know.
std::vector<std::string> chosen(const std::set<std::string>& held, Direction better,
                                const std::vector<std::string>& names) {
  const auto named = [&](std::string_view name) { return std::ranges::find(names, name) != names.end(); };
  std::vector<std::string> out;
  for (const metrics::Metric& metric : metrics::all()) {
    const bool wanted = names.empty() ? metric.gates || metric.needs_company : named(metric.name);
    if (wanted && metric.better == better && held.contains(std::string(metric.name)))
      out.emplace_back(metric.name);
  }
  for (const std::string& name : names) {
    if (metrics::find(name) == nullptr && std::ranges::find(out, name) == out.end()) out.push_back(name);
  }
  return out;
}

}  // namespace

std::string name_of(const CellKey& key) {
  return key.workload == kGoogleBenchmark ? key.schedule : fmt::format("{}/{}", key.schedule, key.workload);
}

std::string samples_csv(const Run& base, const Run* candidate, const std::vector<std::string>& names) {
  std::set<std::string> held = metrics_of(base);
  if (candidate != nullptr) held.merge(metrics_of(*candidate));
  check_names(held, names);
  const auto keep = [&](const std::string& name) {
    return names.empty() ? metrics::find(name) != nullptr : std::ranges::find(names, name) != names.end();
  };
  std::string out = "cell,metric,side,rep,value\n";
  std::size_t rows = add_rows(base, "base", keep, out);
  if (candidate != nullptr) rows += add_rows(*candidate, "cand", keep, out);
  if (rows == 0)
    throw Error(ErrorKind::kNotMeasured, "the run holds no value of a repetition that succeeded");
  return out;
}

std::string github_action_benchmark_json(const Run& run, Direction better,
                                         const std::vector<std::string>& names) {
  const auto held = metrics_of(run);
  check_names(held, names);
  const auto wanted = chosen(held, better, names);
  Json out = Json::array();
  for (const Cell& cell : run.cells) {
    for (const std::string& name : wanted) {
      std::vector<double> values;
      for (const Rep& rep : cell.reps) {
        if (const auto value = measured(rep, name)) values.push_back(*value);
      }
      if (!values.empty()) out.push_back(entry_of(run, cell, name, std::move(values)));
    }
  }
  if (out.empty()) {
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format("the run holds no value of a metric of which {} is better; --better {} writes the others",
                    better == Direction::kLower ? "less" : "more",
                    better == Direction::kLower ? "bigger" : "smaller"));
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace offledger::history
