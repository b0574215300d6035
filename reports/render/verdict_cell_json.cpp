// SPDX-License-Identifier: Apache-2.0
#include "reports/render/verdict_cell_json.hpp"

#include "reports/metrics/metrics.hpp"
#include "reports/render/verdict_environment.hpp"

namespace offledger::render {
namespace {

Json reps_json(const history::Cell& cell) {
  Json out = Json::array();
  for (const history::Rep& rep : cell.reps) {
    Json one{{"rep", rep.number}, {"block", rep.block}, {"order", rep.order}, {"exit", rep.exit_code}};
    one["values"] = Json::object();
    for (const auto& [name, value] : rep.values) one["values"][name] = number(metrics::find(name), value);
    one["causes"] = Json::object();
    for (const auto& [cause, ns] : rep.causes_ns) one["causes"][cause] = number(ns);
    out.push_back(std::move(one));
  }
  return out;
}

Json side_json(const history::Run& run) {
  return {{"run", run.id},
          {"commit", run.commit},
          {"sitting", run.sitting},
          {"schedule", run.cells.front().key.schedule},
          {"schedule_hash", run.cells.front().schedule_hash},
          {"reps", reps_json(run.cells.front())}};
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

}  // namespace

Json against_json(const CellAgainst& against) {
  Json out;
  out["why"] = against.why;
  out["verdict"] = against.verdict.verdict;
  out["reason"] = against.verdict.reason;
  out["base"] = side_json(against.base);
  out["cand"] = side_json(against.candidate);
  out["cells"] = Json::array();
  for (const history::VerdictCell& row : against.verdict.cells)
    out["cells"].push_back(verdict_cell_json(row));
  const Growth growth = grown_most(against.base.cells.front(), against.candidate.cells.front());
  out["grown_most"] =
      growth.cause.empty()
          ? Json(nullptr)
          : Json{{"cause", growth.cause}, {"base_ns", growth.before}, {"cand_ns", growth.after}};
  out["diagnoses"] = against.both_recorded
                         ? Json{{"appeared", against.appeared}, {"vanished", against.vanished}}
                         : Json(nullptr);
  out["environment"] = Json::array();
  for (const Surrounding& one : surroundings_of(against.base, against.candidate)) {
    out["environment"].push_back(
        {{"name", one.name}, {"base", text_or_null(one.base)}, {"cand", text_or_null(one.cand)}});
  }
  return out;
}

}  // namespace offledger::render
