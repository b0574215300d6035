// SPDX-License-Identifier: Apache-2.0
//
// What surrounded two runs, side by side: machine, driver, commit, and the medians of what was read while
// they ran. Never compared by the gate, and the first thing to look at where it found something. Private to
// render.

#pragma once

#include <string>
#include <vector>

#include "reports/history/records.hpp"
#include "reports/render/style.hpp"

namespace offledger::render {

struct Surrounding {
  std::string name;        ///< "driver", "sm_clock_mhz"
  std::string base, cand;  ///< empty where unknown
};
/// What either side knows.
std::vector<Surrounding> surroundings_of(const history::Run& base, const history::Run& candidate);
/// As a table; empty where neither knows anything.
std::string environment_text(const history::Run& base, const history::Run& candidate, const Style& style);

}  // namespace offledger::render
