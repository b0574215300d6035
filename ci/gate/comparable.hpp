// SPDX-License-Identifier: Apache-2.0
//
// Whether two runs may be compared at all, and whether they hold anything to compare.

#pragma once

#include <string>

#include "ci/gate/gate.hpp"

namespace offledger::gate {

/// Why not, as one sentence; empty where they may be.
std::string why_not_comparable(const history::Run& base, const history::Run& candidate, const Config& config);
/// Why there is nothing to compare; empty where there is.
std::string why_no_data(const history::Run& base, const history::Run& candidate);

}  // namespace offledger::gate
