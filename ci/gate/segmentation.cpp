// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/segmentation.hpp"

#include <algorithm>
#include <map>

#include "ci/gate/random.hpp"
#include "ci/gate/rank_scan.hpp"

namespace offledger::gate {
namespace {

/// The canonical form, and whether it runs against time.
struct Canonical {
  std::vector<double> values;
  bool reversed = false;
};

Canonical canonical(std::span<const double> values) {
  auto ranks = centred_ranks(values);
  std::vector<std::int32_t> best;
  Canonical form;
  for (const bool reversed : {false, true}) {
    for (const std::int32_t sign : {1, -1}) {
      std::vector<std::int32_t> candidate(ranks);
      for (auto& rank : candidate) rank *= sign;
      if (best.empty() || candidate < best) {
        best = std::move(candidate);
        form.reversed = reversed;
      }
    }
    std::reverse(ranks.begin(), ranks.end());
  }
  form.values.assign(best.begin(), best.end());
  return form;
}

class Search {
 public:
  Search(std::vector<double> values, std::uint64_t seed, const DetectorOptions& options)
      : values_(std::move(values)), seed_(seed), options_(options) {}

  std::vector<Boundary> run() {
    halve(0, values_.size());
    std::sort(splits_.begin(), splits_.end());
    merge();
    std::vector<Boundary> boundaries;
    for (std::size_t i = 0; i < splits_.size(); ++i) boundaries.push_back(describe(i));
    return boundaries;
  }

 private:
  [[nodiscard]] std::vector<std::int32_t> scores(std::size_t begin, std::size_t end) const {
    return normal_scores(std::span(values_).subspan(begin, end - begin));
  }

  /// The test of one part, done once.
  const ScanTest& test(std::size_t begin, std::size_t end) {
    const auto [at, fresh] = tests_.try_emplace({begin, end});
    if (fresh && end - begin >= 2 * options_.least_segment) {
      Random seeds(seed_ ^ (begin << 32 ^ end));
      at->second = scan_test(scores(begin, end), options_.least_segment, options_.permutations, options_.p,
                             seeds.next());
    }
    return at->second;
  }

  void halve(std::size_t begin, std::size_t end) {
    const ScanTest& found = test(begin, end);
    if (found.p > options_.p) return;
    const std::size_t at = begin + found.split.at;
    splits_.push_back(at);
    halve(begin, at);
    halve(at, end);
  }

  [[nodiscard]] std::size_t left_of(std::size_t i) const { return i == 0 ? 0 : splits_[i - 1]; }
  [[nodiscard]] std::size_t right_of(std::size_t i) const {
    return i + 1 == splits_.size() ? values_.size() : splits_[i + 1];
  }

  /// Moves each split to the best place between its neighbours; true where one moved.
  bool settle() {
    bool moved = false;
    for (std::size_t i = 0; i < splits_.size(); ++i) {
      const std::size_t begin = left_of(i);
      const ScanTest& alone = test(begin, right_of(i));
      if (alone.p > options_.p || splits_[i] == begin + alone.split.at) continue;
      splits_[i] = begin + alone.split.at;
      moved = true;
    }
    return moved;
  }

  void merge() {
    while (!splits_.empty()) {
      for (int round = 0; round < 5 && settle(); ++round) {
      }
      std::size_t weakest = 0;
      double p = -1;
      for (std::size_t i = 0; i < splits_.size(); ++i) {
        if (const double alone = test(left_of(i), right_of(i)).p; alone > p) {
          p = alone;
          weakest = i;
        }
      }
      if (p <= options_.p) return;
      splits_.erase(splits_.begin() + static_cast<std::ptrdiff_t>(weakest));
    }
  }

  Boundary describe(std::size_t i) {
    const std::size_t begin = left_of(i);
    const std::size_t end = right_of(i);
    const auto range = plausible_splits(scores(begin, end), splits_[i] - begin, options_.least_segment);
    return {splits_[i], begin + range.first, begin + range.last, test(begin, end).p};
  }

  std::vector<double> values_;
  std::uint64_t seed_;
  DetectorOptions options_;
  std::vector<std::size_t> splits_;
  std::map<std::pair<std::size_t, std::size_t>, ScanTest> tests_;
};

}  // namespace

std::vector<Boundary> segment(std::span<const double> values, std::uint64_t seed,
                              const DetectorOptions& options) {
  auto form = canonical(values);
  auto boundaries = Search(std::move(form.values), seed, options).run();
  if (!form.reversed) return boundaries;
  const std::size_t n = values.size();
  for (auto& boundary : boundaries) {
    boundary = {n - boundary.at, n - boundary.range_last, n - boundary.range_first, boundary.p};
  }
  std::reverse(boundaries.begin(), boundaries.end());
  return boundaries;
}

}  // namespace offledger::gate
