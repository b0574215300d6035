// SPDX-License-Identifier: Apache-2.0
//
// The cell that `explain` shows, beside the same cell of another run.

#pragma once

#include <optional>
#include <string>

#include "ci/gate/gate.hpp"
#include "cli/artifacts.hpp"
#include "reports/analysis/analysis.hpp"
#include "reports/render/render.hpp"

namespace offledger::cli {

/// `against`: RUN, judged by `config` with all that the two runs share; or RUN:SCHEDULE/WORKLOAD, that cell
/// alone, whatever its name. Empty: what the run was last judged against, by that verdict, where it is among
/// the newest fifty; absent where it was not judged. Throws Error(kUsage) where `against` names nothing, or
/// the subject is a file.
std::optional<render::CellAgainst> cell_against(const Subject& subject, const analysis::Report& report,
                                                const std::string& against, const std::string& database,
                                                const gate::Config& config);

}  // namespace offledger::cli
