// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "reports/render/explain.hpp"
#include "reports/render/explain_counters.hpp"
#include "reports/render/json_text.hpp"
#include "reports/render/verdict_cell_json.hpp"

namespace offledger::render {
namespace {

using analysis::Figures;

Json interval_json(const analysis::Interval& i) {
  return span(i.begin, i.end);
}

Json ledger_json(const analysis::Ledger& l) {
  Json out;
  out["compute_only_ns"] = ns(l.compute_only);
  out["hidden_ns"] = ns(l.hidden);
  out["exposed_ns"] = ns(l.exposed);
  out["collective_ns"] = ns(l.collective);
  out["collective_copy_ns"] = ns(l.collective_copy);
  out["idle_ns"] = ns(l.idle);
  return out;
}

/// Why a metric is null. What speaks of copies does not apply where there are none: zero-copy reads have no
/// overlap to speak of, good or bad. Everything else could not be measured here.
std::string_view state_of(std::string_view metric, const Figures& f) {
  const bool of_d2h = metric.starts_with("d2h_");
  const bool of_h2d = metric.starts_with("h2d_") || metric.starts_with("link_") ||
                      metric.starts_with("overlap") || metric.starts_with("lead_") ||
                      metric == "avoidable_exposed_ns";
  const bool without = (of_d2h && f.d2h.copies == 0) || (of_h2d && f.h2d.copies == 0);
  return without ? "not_applicable" : "not_measured";
}

/// Adds "metrics", every name with its value or null, and "states", the reason for each null.
void add_metrics(Json& out, const Figures& f) {
  Json values = Json::object();
  Json states = Json::object();
  for (const metrics::Value& v : metrics::evaluate(f)) {
    const std::string name(v.metric->name);
    values[name] = number(v.metric, v.value);
    if (!v.value) states[name] = std::string(state_of(v.metric->name, f));
  }
  out["metrics"] = std::move(values);
  out["states"] = std::move(states);
}

void add_window(Json& out, const Figures& f) {
  out["window"] = interval_json(f.window);
  out["ledger"] = ledger_json(f.ledger);
  add_metrics(out, f);
}

Json name_or_null(const std::string& name) {
  return name.empty() ? Json(nullptr) : Json(name);
}

Json causes_json(const std::vector<analysis::CauseTime>& causes) {
  Json out = Json::array();
  for (const analysis::CauseTime& c : causes) {
    out.push_back(
        {{"cause", c.cause}, {"sub", name_or_null(c.sub)}, {"via", name_or_null(c.via)}, {"ns", ns(c.time)}});
  }
  return out;
}

Json cpu_json(const std::vector<analysis::CpuTime>& cpu) {
  Json out = Json::array();
  for (const analysis::CpuTime& c : cpu) {
    out.push_back({{"thread", c.thread},
                   {"api", c.api},
                   {"waited_for", c.waited_for},
                   {"ns", ns(c.time)},
                   {"calls", c.calls}});
  }
  return out;
}

Json path_json(const std::optional<analysis::CriticalPath>& path) {
  if (!path) return nullptr;
  Json out;
  out["limit"] = std::string(analysis::limit_of(*path));
  out["compute_ns"] = ns(path->compute);
  out["collective_ns"] = ns(path->collective);
  out["h2d_ns"] = ns(path->h2d);
  out["other_copies_ns"] = ns(path->other_copies);
  out["host_ns"] = ns(path->host);
  out["latency_ns"] = ns(path->latency);
  out["unknown_ns"] = ns(path->unknown);
  return out;
}

Json what_if_json(const analysis::DeviceReport& device) {
  Json out = Json::array();
  for (const analysis::WhatIf& one : device.what_if) {
    out.push_back({{"id", one.id},
                   {"change", one.change},
                   {"predicted_wall_ns", ns(one.wall)},
                   {"predicted_step_median_ns", ns(one.step_median)}});
  }
  return out;
}

Json unit_json(const analysis::UnitReport& u) {
  Json out;
  out["step"] = u.step;
  out["layer"] = u.layer;
  out["group"] = u.group;
  out["compute"] = interval_json(u.compute);
  out["busy_ns"] = ns(u.busy);
  out["transfer"] = u.transfer ? interval_json(*u.transfer) : Json(nullptr);
  out["h2d_bytes"] = u.h2d_bytes;
  out["lead_ns"] = ns(u.lead);
  out["gap_ns"] = ns(u.gap);
  out["causes"] = causes_json(u.causes);
  return out;
}

Json device_json(const analysis::DeviceReport& device) {
  Json out;
  out["device"] = index(device.device);
  out["name"] = device.name;
  add_window(out, device.total);
  out["unconsumed_h2d_bytes"] = device.unconsumed_h2d_bytes;
  out["unconsumed_h2d_copies"] = device.unconsumed_h2d_copies;
  out["step_median"] = Json::object();
  for (const metrics::Value& v : metrics::evaluate(device)) {
    out["step_median"][std::string(v.metric->name)] = number(v.metric, v.value);
  }
  out["counters"] = counters_json(device);
  out["causes"] = causes_json(device.causes);
  out["cpu"] = cpu_json(device.cpu);
  out["cpu_blocked_gpu_idle_ns"] = ns(device.cpu_blocked_gpu_idle);
  out["critical_path"] = path_json(device.critical_path);
  out["replayed_wall_ns"] = ns(device.replayed_wall);
  out["what_if"] = what_if_json(device);
  out["steps"] = Json::array();
  for (const analysis::StepReport& step : device.steps) {
    Json s;
    s["step"] = step.step;
    s["cold"] = step.cold;
    add_window(s, step.figures);
    s["causes"] = causes_json(step.causes);
    s["critical_path"] = path_json(step.critical_path);
    out["steps"].push_back(std::move(s));
  }
  out["units"] = Json::array();
  for (const analysis::UnitReport& unit : device.units) out["units"].push_back(unit_json(unit));
  return out;
}

Json source_json(const trace::Provenance& source) {
  Json out;
  out["tool"] = source.tool;
  out["device_profile"] = source.device_profile;
  out["schedule"] = source.schedule;
  out["workload"] = source.workload;
  out["link_bytes_per_s"] = source.link_bytes_per_s > 0 ? Json(source.link_bytes_per_s) : Json(nullptr);
  out["wraps"] = source.wraps;
  out["complete"] = source.complete;
  return out;
}

Json defects_json(const trace::Defects& d) {
  Json out;
  out["dropped_records"] = d.dropped_records;
  out["zero_timestamps"] = d.zero_timestamps;
  out["negative_durations"] = d.negative_durations;
  out["missing_durations"] = d.missing_durations;
  out["unknown_records"] = d.unknown_records;
  out["orphan_references"] = d.orphan_references;
  out["bad_timestamps"] = d.bad_timestamps;
  return out;
}

Json missing_json(const analysis::Missing& m) {
  Json out;
  out["ops_without_call"] = m.ops_without_call;
  out["waits_without_record"] = m.waits_without_record;
  out["records_without_place"] = m.records_without_place;
  out["inferred_waits"] = m.inferred_waits;
  out["inferred_syncs"] = m.inferred_syncs;
  out["unresolved_waits"] = m.unresolved_waits;
  return out;
}

}  // namespace

std::string explain_json(const analysis::Report& report, const CellAgainst* against) {
  Json out;
  out["schema"] = "offledger.ledger/1";
  out["device_kind"] = std::string(trace::name_of(report.source.device_kind));
  out["source"] = source_json(report.source);
  out["records"] = {{"kernels", report.records.kernels},
                    {"copies", report.records.copies},
                    {"memsets", report.records.memsets},
                    {"calls", report.records.calls}};
  out["clock_skew_ns"] = ns(report.clock_skew);
  out["devices"] = Json::array();
  for (const analysis::DeviceReport& device : report.devices) out["devices"].push_back(device_json(device));
  out["diagnoses"] = Json::array();
  for (const analysis::Diagnosis& d : report.diagnoses) {
    out["diagnoses"].push_back({{"id", d.id},
                                {"device", index(d.device)},
                                {"ns", ns(d.time)},
                                {"evidence", d.evidence},
                                {"advice", d.advice}});
  }
  out["findings"] = Json::array();
  for (const analysis::Finding& f : report.findings) {
    out["findings"].push_back({{"id", f.id}, {"detail", f.detail}, {"disqualifies", f.disqualifies}});
  }
  out["defects"] = defects_json(report.defects);
  out["missing"] = missing_json(report.missing);
  if (against != nullptr) out["against"] = against_json(*against);
  return to_text(out);
}

}  // namespace offledger::render
