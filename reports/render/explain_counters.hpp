// SPDX-License-Identifier: Apache-2.0
//
// Hardware counters in an explanation: the table of what counters and records both tell, and its JSON.
// Private to render.

#pragma once

#include "reports/analysis/analysis.hpp"
#include "reports/render/json_text.hpp"
#include "reports/render/style.hpp"

namespace offledger::render {

/// Begins with an empty line; empty where nothing was sampled.
std::string counters_section(const analysis::DeviceReport& device, const Style& style);
/// null where nothing was sampled.
Json counters_json(const analysis::DeviceReport& device);

}  // namespace offledger::render
