// SPDX-License-Identifier: Apache-2.0
//
// Many comparisons at once. With m of them, Benjamini and Hochberg's step-up rule (1995) keeps the expected
// share of false alarms among the alarms at q: sort the p-values, and the adjusted p of the i-th smallest is
//
//     min over j >= i of p_(j) * m / j
//
// A single loss among m can only be found where the smallest p that n repetitions a side allow, 1 / C(2n, n),
// is at most q / m: below that n the gate claims nothing.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace offledger::gate {

/// The adjusted p-values, in the order given.
std::vector<double> benjamini_hochberg(std::span<const double> p);

}  // namespace offledger::gate
