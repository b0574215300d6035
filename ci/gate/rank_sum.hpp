// SPDX-License-Identifier: Apache-2.0
//
// The exact one-sided rank-sum test (Wilcoxon 1945; Mann & Whitney 1947), conditional on ties.
//
// Under the null every choice of which n of the N pooled values are the candidate's is equally likely. With R
// the sum of the candidate's midranks,
//
//     p = #{subsets of size n with sum >= R} / C(N, n)
//
// counted by the recurrence over the pooled values, one at a time: a subset of size k with sum s either holds
// the value or not. Midranks are doubled so that sums are integers. Without ties this is the distribution of
// U that Hodges and Lehmann's interval needs too; it depends on the two sizes alone and is kept.
//
// Beyond kExactSize pooled values: the normal approximation with the variance corrected for ties and the
// continuity correction (Lehmann 1975, section 1.3), whose error there is far below any threshold used.

#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace offledger::gate {

inline constexpr std::size_t kExactSize = 100;

/// The null distribution of U, the number of pairs (base, cand) with cand above base, without ties.
/// Threads: one object a thread, or const after the sizes in question have been asked for once.
class MannWhitney {
 public:
  /// cdf[u] = P(U <= u) for u = 0 .. n_base * n_cand. Both sizes at least 1 and together at most kExactSize.
  const std::vector<double>& cdf(std::size_t n_base, std::size_t n_cand);

 private:
  std::map<std::pair<std::size_t, std::size_t>, std::vector<double>> tables_;
};

/// P(the candidate's values rank as high as they do, or higher, by chance). 1 where a side is empty.
double rank_sum_p(std::span<const double> base, std::span<const double> cand, MannWhitney& tables);

/// 1 / C(n_base + n_cand, n_base): the smallest p that any outcome can have.
double least_p(std::size_t n_base, std::size_t n_cand);

}  // namespace offledger::gate
