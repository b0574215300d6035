// SPDX-License-Identifier: Apache-2.0
#include "reports/render/verdict.hpp"
#include "reports/render/verdict_cell_json.hpp"

namespace offledger::render {

Json verdict_cell_json(const history::VerdictCell& cell) {
  const metrics::Metric* metric = metrics::find(cell.metric);
  Json out;
  if (cell.cell.empty()) {
    out["schedule"] = cell.schedule;
    out["workload"] = cell.workload;
  } else {
    out["cell"] = cell.cell;
  }
  out["metric"] = cell.metric;
  out["state"] = cell.state;
  out["gates"] = cell.gates;
  out["base"] = number(metric, cell.base);
  out["cand"] = number(metric, cell.cand);
  const metrics::Metric* exact =
      metric != nullptr && metric->klass == metrics::Class::kExact ? metric : nullptr;
  out["delta"] = number(exact, cell.delta);
  const bool interval = cell.ci_low && cell.ci_high;
  out["ci"] =
      interval ? Json::array({number(exact, cell.ci_low), number(exact, cell.ci_high)}) : Json(nullptr);
  out["margin"] = number(exact, cell.margin);
  out["p"] = number(cell.p);
  out["p_adj"] = number(cell.p_adjusted);
  out["n_base"] = cell.n_base;
  out["n_cand"] = cell.n_cand;
  out["reason"] = cell.reason;
  return out;
}

std::string verdict_json(const history::Verdict& verdict) {
  Json out;
  out["schema"] = "offledger.verdict/1";
  out["verdict"] = verdict.verdict;
  out["exit"] = verdict.exit_code();
  out["reason"] = verdict.reason;
  out["base"] = {{"run", verdict.base_run}, {"commit", verdict.base_commit}, {"why", verdict.base_why}};
  out["cand"] = {{"run", verdict.cand_run}, {"commit", verdict.cand_commit}};
  out["baseline_recorded"] = verdict.baseline_recorded;
  out["cells"] = Json::array();
  for (const history::VerdictCell& cell : verdict.cells) out["cells"].push_back(verdict_cell_json(cell));
  return to_text(out);
}

}  // namespace offledger::render
