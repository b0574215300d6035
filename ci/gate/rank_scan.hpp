// SPDX-License-Identifier: Apache-2.0
//
// Is there a split, and where? Each value is replaced by its normal score, the quantile of the normal
// distribution at its midrank / (n + 1) (van der Waerden 1952): as safe from outliers as ranks, and able to
// see four points at the end of a long series, which plain ranks are not. With S_t the sum of the first t
// scores, which all together sum to 0, the statistic is the maximum over splits of the CUSUM in units of its
// spread (James, James & Siegmund 1987)
//
//     T = max over t of |S_t| / sqrt(t (n - t))         least <= t <= n - least
//
// and its p the share of permutations of the values that reach T, (1 + reached) / (1 + permutations).
// Permuting one point at a time builds S_t as it goes, so that each permutation costs one pass, and reaching
// T is an integer comparison with a bound a split, ceil(T sqrt(t (n - t))). The test ends as soon as p cannot
// fall to the threshold any more: after two dozen permutations for most series without a change.
//
// Autocorrelated values are no more exchangeable: there, blocks of neighbours are permuted (Carlstein 1986;
// Kirch 2007). A block of L points keeps, of AR(1)'s long-run variance (1 + phi) / (1 - phi), all but
//
//     2 phi (1 - phi^L) / (L (1 - phi)^2)
//
// and T is lowered by what is missing, so that blocks may stay short where the series is. Correlation must
// show twice to count: at lag 1 beside the best split's two levels, which one step cannot fake, and in the
// squared differences at lags 1 and 2, whose ratio is 1 + phi for AR(1) and which further steps hardly touch.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace offledger::gate {

/// Doubled midranks less their mean: they sum to 0; negating the values negates them exactly.
std::vector<std::int32_t> centred_ranks(std::span<const double> values);
/// Normal scores as integers, in a unit that lets the sum of all of them fit. Negating the values negates
/// them exactly.
std::vector<std::int32_t> normal_scores(std::span<const double> values);

struct Split {
  std::size_t at = 0;  ///< first point of the right part; 0: no split is possible
  double statistic = 0;
};
/// The split of the largest statistic, the first of equals.
Split best_split(std::span<const std::int32_t> scores, std::size_t least);

/// Splits around the best whose fit is not clearly worse: [first, last].
struct SplitRange {
  std::size_t first = 0, last = 0;
};
SplitRange plausible_splits(std::span<const std::int32_t> scores, std::size_t best, std::size_t least);

/// phi of AR(1), the smaller of the two estimates, for scores that change level at `split`; 0 for fewer than
/// 16 points.
double autocorrelation(std::span<const std::int32_t> scores, std::size_t split);
/// How many neighbours to permute together, and the share of the standard deviation of sums that this keeps.
struct Blocks {
  std::size_t length = 1;  ///< 1: the values are exchangeable but for that change
  double kept = 1;
};
Blocks blocks_for(std::span<const std::int32_t> scores, std::size_t split);

struct ScanTest {
  Split split;
  double p = 1;  ///< an upper bound of at least the threshold where the test stopped early
};
/// Tests whether the values have a split at the level `threshold`.
ScanTest scan_test(std::span<const std::int32_t> scores, std::size_t least, int permutations,
                   double threshold, std::uint64_t seed);

}  // namespace offledger::gate
