// SPDX-License-Identifier: Apache-2.0
//
// Hardware counters in an explanation, as JSON; counters_text() shows the same on a screen. Private to
// render.

#pragma once

#include "reports/analysis/analysis.hpp"
#include "reports/render/json_text.hpp"

namespace offledger::render {

/// null where nothing was sampled.
Json counters_json(const analysis::DeviceReport& device);

}  // namespace offledger::render
