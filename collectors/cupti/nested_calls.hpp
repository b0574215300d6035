// SPDX-License-Identifier: Apache-2.0
//
// A runtime call makes driver calls, and with both recorded each launch stands in the Timeline twice. The
// outer call is what the program wrote and what it waited for: the inner ones are folded into it, and GPU
// work that names an inner call is given to the outer one. Driver calls that a program makes itself stay.

#pragma once

#include "collectors/trace/timeline.hpp"

namespace offledger::cupti {

/// Removes driver calls that lie within a runtime call of their thread, and renames their correlations to
/// its. O(n log n). Returns how many it removed.
std::size_t fold_nested_calls(trace::Timeline& timeline);

}  // namespace offledger::cupti
