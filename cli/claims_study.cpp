// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "cli/claims.hpp"
#include "cli/table_options.hpp"

namespace offledger::cli {

Study find_study(const history::Store& store) {
  for (const history::RunSummary& summary : store.list(std::numeric_limits<std::int32_t>::max())) {
    if (summary.suite != "study") continue;
    history::Run run = store.load(summary.id);
    if (run.machine_class.device_kind != "cuda") continue;
    auto layers = table_options(run).layers_of;
    return {std::move(run), std::move(layers)};
  }
  return {};
}

}  // namespace offledger::cli
