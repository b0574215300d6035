// SPDX-License-Identifier: Apache-2.0
//
// The cells of an A/B of schedules: what each side plays, by its own build's word, and how the sides pair up.

#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "cli/ab_sides.hpp"

namespace offledger::cli {

/// By side. The i-th of both are one cell for i < shared; the rest is one side's alone.
struct CaseLists {
  std::array<std::vector<suite::Case>, 2> of;
  std::size_t shared = 0;
};

/// Schedules by pairs, each on each workload; or the suite as each side's build has it. Throws Error(kUsage).
CaseLists choose_cases(const Comparands& what);

/// By side and case; null where nobody knows.
using Plans = std::array<std::vector<std::shared_ptr<const plan::Plan>>, 2>;
/// What each case is to do: its recordings are held to it. Another build is asked what it means by the name.
Plans compile_plans(const CaseLists& lists, const std::array<std::string, 2>& programs);

/// A cell bears both schedules' names where they differ: the gate pairs cells by name. Throws Error(kUsage)
/// where a cell is named twice.
void add_cells(Sides& runs, const CaseLists& lists, const device::Identity& device,
               const std::array<std::string, 2>& programs);

}  // namespace offledger::cli
