// SPDX-License-Identifier: Apache-2.0
#include "reports/render/verdict_environment.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "reports/render/number.hpp"
#include "reports/render/table.hpp"
#include "schedules/base/median.hpp"

namespace offledger::render {
namespace {

using history::Run;

std::string median_text(std::vector<double> values) {
  if (values.empty()) return {};
  return fmt::format("{:.6g}", lower_median(std::move(values)));
}

using Readings = std::map<std::string, std::vector<double>>;
Readings readings_of(const Run& run) {
  Readings readings;
  for (const history::EnvSample& sample : run.env_samples) {
    if (sample.value) readings[sample.name].push_back(*sample.value);
  }
  return readings;
}

}  // namespace

std::vector<Surrounding> surroundings_of(const Run& base, const Run& candidate) {
  std::vector<Surrounding> out;
  const auto add = [&](std::string name, std::string before, std::string after) {
    if (!before.empty() || !after.empty())
      out.push_back({std::move(name), std::move(before), std::move(after)});
  };
  const auto& b = base.machine_class;
  const auto& c = candidate.machine_class;
  add("device", b.device_name, c.device_name);
  add("instance", base.environment.instance, candidate.environment.instance);
  add("link", b.pcie, c.pcie);
  add("CPU", b.cpu, c.cpu);
  add("driver", base.environment.driver, candidate.environment.driver);
  add("CUDA", base.environment.cuda, candidate.environment.cuda);
  add("kernel", base.environment.kernel, candidate.environment.kernel);
  add("sitting", base.sitting, candidate.sitting);
  add("commit", base.commit, candidate.commit);
  add("offledger", base.tool_version, candidate.tool_version);
  Readings before = readings_of(base);
  Readings after = readings_of(candidate);
  for (const auto& [name, values] : after) before.try_emplace(name);
  for (const auto& [name, values] : before) add(name, median_text(values), median_text(after[name]));
  return out;
}

std::string environment_text(const Run& base, const Run& candidate, const Style& style) {
  const std::vector<Surrounding> all = surroundings_of(base, candidate);
  if (all.empty()) return {};
  Table table({{"environment", Align::kLeft}, {"base", Align::kLeft}, {"new", Align::kLeft}});
  const auto text = [](const std::string& value) { return value.empty() ? std::string(kAbsent) : value; };
  for (const Surrounding& one : all) {
    table.row({one.name, text(one.base), one.base == one.cand ? std::string("=") : text(one.cand)});
  }
  return table.text(style);
}

}  // namespace offledger::render
