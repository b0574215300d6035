// SPDX-License-Identifier: Apache-2.0
//
// A run's name is a hash of what it holds, so that two machines that merge their histories agree on which
// runs they share. Left out is what says when and where it was stored and not what was measured: started_at,
// the sitting's name, an artifact's path.

#pragma once

#include <string>

#include "reports/history/records.hpp"

namespace offledger::history {

/// The hash of the run's content.
std::string content_of(const Run& run);
/// The id of the `occurrence`-th run (from 0) with that content in one history.
std::string run_id(const std::string& content, std::int64_t occurrence);

/// Throws Error(kUsage) where a cell, or a repetition of a cell, stands twice in the run: one of the two
/// would be lost.
void check_unique(const Run& run);

}  // namespace offledger::history
