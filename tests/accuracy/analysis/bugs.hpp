// SPDX-License-Identifier: Apache-2.0
//
// The bug classes of docs/diagnoses.md, each written into a schedule: into its policy where a knob says it,
// into its compiled plan where only a mistake in code would.

#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "tests/accuracy/analysis/played.hpp"

namespace offledger::analysis::accuracy {

/// A schedule with or without a bug, ready to be played.
struct Subject {
  language::Policy policy;
  model::Workload workload;
  sim::Profile profile;
  plan::Plan plan;                     ///< what is played
  std::optional<plan::Plan> declared;  ///< what was meant, for diagnoses that compare
};

struct Bug {
  std::string_view id;  ///< the diagnosis that names it
  /// Puts the bug in; false where the schedule cannot have it (it has it already, or no place for it).
  std::function<bool(Subject&)> inject;
};

const std::vector<Bug>& bugs();

/// Compiles the policy for the workload.
Subject subject_of(const language::Policy& policy, const model::Workload& workload);

}  // namespace offledger::analysis::accuracy
