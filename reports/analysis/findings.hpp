// SPDX-License-Identifier: Apache-2.0
//
// Doubts that the recording itself raises. docs/findings.md lists every id, what it means and what to do.

#pragma once

#include <vector>

#include "reports/analysis/window_index.hpp"

namespace offledger::analysis {

/// What the collector noted, a finding a note.
void add_notes(const trace::Timeline& timeline, std::vector<Finding>& findings);
std::vector<Finding> recording_findings(const Links& links);

}  // namespace offledger::analysis
