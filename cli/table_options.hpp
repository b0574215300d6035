// SPDX-License-Identifier: Apache-2.0
//
// What a run's tables need to know of its workloads, for those that still exist under their names.

#pragma once

#include "harness/model/workload.hpp"
#include "reports/render/render.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {

inline render::RunTableOptions table_options(const history::Run& run) {
  render::RunTableOptions options;
  options.ranked = run.suite == "engines";
  for (const history::Cell& cell : run.cells) {
    if (find_embedded(model::workload_files(), cell.key.workload + ".json") == nullptr) continue;
    options.layers_of[cell.key.workload] = model::find_workload(cell.key.workload).shape.layers;
  }
  return options;
}

}  // namespace offledger::cli
