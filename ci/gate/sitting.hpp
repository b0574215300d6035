// SPDX-License-Identifier: Apache-2.0
//
// Whether a sitting drifted while it ran, and what the pairs say where it did.
//
// Drift: each side's values less their median, first half of the sitting against second half, by the exact
// rank-sum test both ways. ABBA order keeps a drift from becoming a difference, but it widens both sides;
// pairs of neighbours cancel it. The paired view tests the differences of the i-th repetitions by sign flips
// (Fisher 1935): under the null each difference is as likely to have the other sign, so p is the share of the
// 2^n sign patterns whose sum is at least the one seen. Exact up to kExactPairs pairs, beyond that 100,000
// seeded patterns.
//
// A view, not a gate: 10 pairs cannot go below p = 1 / 1024, too coarse for a suite of hundreds of
// comparisons.

#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace offledger::gate {

inline constexpr std::size_t kExactPairs = 20;

/// Two-sided p of "the first and the second half of the sitting are alike". 1 below four repetitions a side.
double drift_p(std::span<const double> base, std::span<const double> cand);

/// One-sided p of "the candidate's i-th value exceeds the baseline's by more than the margin". Sizes must be
/// equal.
double sign_flip_p(std::span<const double> base, std::span<const double> cand, double margin,
                   std::uint64_t seed = 1);

/// "; the sitting drifted (p = 0.001), paired view p = 0.01", or nothing where it did not.
std::string describe_sitting(std::span<const double> base, std::span<const double> cand, double margin);

}  // namespace offledger::gate
