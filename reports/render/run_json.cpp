// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "reports/render/json_text.hpp"
#include "reports/render/run_view.hpp"

namespace offledger::render {
namespace {

/// Metrics in the registry's order, then names it does not know, by name.
std::vector<std::string> metric_names(const history::Cell& cell) {
  std::set<std::string> present;
  for (const history::Rep& rep : cell.reps) {
    for (const auto& [name, value] : rep.values) present.insert(name);
  }
  std::vector<std::string> names;
  for (const metrics::Metric& metric : metrics::all()) {
    if (present.erase(std::string(metric.name)) > 0) names.emplace_back(metric.name);
  }
  names.insert(names.end(), present.begin(), present.end());
  return names;
}

Json rep_json(const history::Rep& rep, const std::vector<std::string>& names, bool identity) {
  Json out;
  out["rep"] = rep.number;
  if (identity) out["process"] = rep.process;
  out["block"] = rep.block;
  out["order"] = rep.order;
  out["exit"] = rep.exit_code;
  out["values"] = Json::object();
  for (const std::string& name : names) {
    const auto it = rep.values.find(name);
    if (it != rep.values.end()) out["values"][name] = number(metrics::find(name), it->second);
  }
  out["causes"] = Json::object();
  for (const auto& [cause, t] : rep.causes_ns) out["causes"][cause] = t;
  return out;
}

Json cell_json(const history::Cell& cell, bool identity) {
  Json out;
  out["schedule"] = cell.key.schedule;
  out["workload"] = cell.key.workload;
  out["device_profile"] = cell.key.device_profile;
  out["protocol"] = cell.key.protocol;
  out["schedule_hash"] = cell.schedule_hash;
  out["deterministic"] = cell.deterministic;
  const std::vector<std::string> names = metric_names(cell);
  out["metrics"] = Json::object();
  for (const std::string& name : names)
    out["metrics"][name] = number(metrics::find(name), median_of(cell, name));
  out["reps"] = Json::array();
  for (const history::Rep& rep : cell.reps) out["reps"].push_back(rep_json(rep, names, identity));
  out["findings"] = Json::array();
  for (const history::FindingRow& f : cell.findings) {
    out["findings"].push_back({{"id", f.id}, {"detail", f.detail}, {"disqualifies", f.disqualifies}});
  }
  out["artifacts"] = Json::array();
  for (const history::Artifact& a : cell.artifacts) {
    Json artifact{{"kind", a.kind}, {"content_hash", a.content_hash}};
    if (identity) artifact["path"] = a.path;
    out["artifacts"].push_back(std::move(artifact));
  }
  return out;
}

}  // namespace

std::string run_json(const history::Run& run, const RunJsonOptions& options) {
  Json out;
  out["schema"] = "offledger.run/1";
  if (options.identity) {
    out["run"] = run.id;
    out["sitting"] = run.sitting;
    out["started_at_unix"] = run.started_at_unix;
  }
  out["suite"] = run.suite;
  out["label"] = run.label;
  out["commit"] = run.commit;
  out["merge_base"] = run.merge_base;
  out["branch"] = run.branch;
  out["side"] = run.side;
  out["dirty"] = run.dirty;
  out["complete"] = run.complete;
  out["tool_version"] = run.tool_version;
  const history::MachineClass& m = run.machine_class;
  out["machine"] = {{"device_kind", m.device_kind},
                    {"device_name", m.device_name},
                    {"device_memory_bytes", m.device_memory_bytes},
                    {"pcie", m.pcie},
                    {"cpu", m.cpu}};
  const history::Environment& e = run.environment;
  out["environment"] = {
      {"instance", e.instance}, {"driver", e.driver}, {"cuda", e.cuda}, {"kernel", e.kernel}};
  out["cells"] = Json::array();
  for (const history::Cell& cell : run.cells) out["cells"].push_back(cell_json(cell, options.identity));
  if (options.identity) {
    out["env_samples"] = Json::array();
    for (const history::EnvSample& s : run.env_samples) {
      out["env_samples"].push_back({{"moment", s.moment}, {"name", s.name}, {"value", number(s.value)}});
    }
  }
  return to_text(out);
}

}  // namespace offledger::render
