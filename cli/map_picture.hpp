// SPDX-License-Identifier: Apache-2.0
//
// The map of claims_map.hpp as a picture: a panel for each speed of the host, copies free or fenced; in it a
// row a schedule and a column a ratio of transfer to compute. The darker, the slower than the fastest at that
// point; a frame marks where an asynchronous schedule is slower than the one that blocks the host.

#pragma once

#include <string>
#include <vector>

#include "cli/claims_map.hpp"

namespace offledger::cli {

/// A whole SVG document on a light background; its colours are one hue of growing darkness and a contrasting
/// frame, which all kinds of colour vision tell apart.
std::string map_svg(const std::vector<MapPoint>& map);

}  // namespace offledger::cli
