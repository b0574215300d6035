// SPDX-License-Identifier: Apache-2.0
#include "ci/gate/changes.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "ci/gate/drift.hpp"
#include "ci/gate/hodges_lehmann.hpp"
#include "ci/gate/outliers.hpp"
#include "ci/gate/random.hpp"
#include "ci/gate/scale.hpp"
#include "ci/gate/segmentation.hpp"

namespace offledger::gate {
namespace {

/// The shift across a change is taken from this many points on each side: what the level is there, whatever
/// it became later.
constexpr std::size_t kNear = 20;

/// A finished series: its finite values and the place of each in the original.
struct Finite {
  std::vector<double> values;
  std::vector<std::size_t> places;
};

Finite finite(std::span<const double> values) {
  Finite kept;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    kept.values.push_back(values[i]);
    kept.places.push_back(i);
  }
  return kept;
}

class Assembly {
 public:
  Assembly(std::span<const double> values, std::vector<Boundary> boundaries)
      : values_(values), boundaries_(std::move(boundaries)) {}

  std::vector<Change> changes() {
    const auto drifts = find_drifts(values_, boundaries_);
    for (const auto& drift : drifts) add_drift(drift);
    for (std::size_t i = 0; i < boundaries_.size(); ++i) {
      const bool in_drift = std::any_of(drifts.begin(), drifts.end(),
                                        [&](const Drift& d) { return i >= d.first && i < d.last; });
      if (!in_drift) add_step(i);
    }
    // Residuals from a staircase say nothing about points beside a slope.
    if (drifts.empty()) add_points();
    std::sort(changes_.begin(), changes_.end(),
              [](const Change& a, const Change& b) { return a.index < b.index; });
    return std::move(changes_);
  }

 private:
  [[nodiscard]] std::size_t begin_of(std::size_t i) const { return i == 0 ? 0 : boundaries_[i - 1].at; }
  [[nodiscard]] std::size_t end_of(std::size_t i) const {
    return i + 1 < boundaries_.size() ? boundaries_[i + 1].at : values_.size();
  }

  Change step(std::size_t begin, std::size_t at, std::size_t end) {
    const std::size_t before = std::min(at - begin, kNear);
    const std::size_t after = std::min(end - at, kNear);
    const Shift shift =
        estimate_shift(values_.subspan(at - before, before), values_.subspan(at, after), tables_);
    return {at, at, at, shift.estimate, shift.low, shift.high, 1, ChangeKind::kChange};
  }

  void add_step(std::size_t i) {
    const Boundary& boundary = boundaries_[i];
    Change change = step(begin_of(i), boundary.at, end_of(i));
    change.range_first = boundary.range_first;
    change.range_last = boundary.range_last;
    change.p = boundary.p;
    changes_.push_back(change);
  }

  void add_drift(const Drift& drift) {
    Change change;
    change.kind = ChangeKind::kDrift;
    change.index = change.range_first = drift.begin;
    change.range_last = drift.end - 1;
    const std::size_t ends = std::max<std::size_t>(1, (drift.end - drift.begin) / 10);
    const auto edge = [&](std::size_t from) {
      return median({values_.begin() + static_cast<std::ptrdiff_t>(from),
                     values_.begin() + static_cast<std::ptrdiff_t>(from + ends)});
    };
    change.shift = edge(drift.end - ends) - edge(drift.begin);
    for (std::size_t i = drift.first; i < drift.last; ++i) change.p = std::min(change.p, boundaries_[i].p);
    changes_.push_back(change);
  }

  void add_points() {
    std::vector<std::size_t> begins = {0};
    for (const auto& boundary : boundaries_) begins.push_back(boundary.at);
    const StandingOut found = standing_out(values_, begins);
    const auto begin_at = [&](std::size_t i) {
      return *(std::upper_bound(begins.begin(), begins.end(), i) - 1);
    };
    const auto end_at = [&](std::size_t i) {
      const auto next = std::upper_bound(begins.begin(), begins.end(), i);
      return next == begins.end() ? values_.size() : *next;
    };
    for (const std::size_t at : found.outliers) {
      const auto begin = values_.begin() + static_cast<std::ptrdiff_t>(begin_at(at));
      const double level = median({begin, values_.begin() + static_cast<std::ptrdiff_t>(end_at(at))});
      changes_.push_back({at, at, at, values_[at] - level, {}, {}, 1, ChangeKind::kOutlier});
    }
    if (found.suspected == values_.size()) return;
    Change change = step(begins.back(), found.suspected, values_.size());
    change.kind = ChangeKind::kSuspected;
    // All of the tail beyond all before it, either way: as the rank-sum test has it.
    change.p = std::min(1.0, 2 * least_p(found.suspected - begins.back(), values_.size() - found.suspected));
    changes_.push_back(change);
  }

  std::span<const double> values_;
  std::vector<Boundary> boundaries_;
  std::vector<Change> changes_;
  MannWhitney tables_;
};

}  // namespace

std::string_view to_string(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kChange: return "change";
    case ChangeKind::kSuspected: return "suspected";
    case ChangeKind::kOutlier: return "outlier";
    case ChangeKind::kDrift: return "drift";
  }
  return "change";
}

std::vector<Change> detect(std::span<const double> values, std::string_view name,
                           const DetectorOptions& options) {
  const Finite kept = finite(values);
  if (kept.values.empty()) return {};
  auto changes = Assembly(kept.values, segment(kept.values, seed_of(name), options)).changes();
  for (auto& change : changes) {
    change.index = kept.places[change.index];
    change.range_first = kept.places[change.range_first];
    change.range_last = kept.places[change.range_last];
  }
  return changes;
}

std::vector<std::vector<Change>> detect_all(std::span<const NamedSeries> series, unsigned threads,
                                            const DetectorOptions& options) {
  std::vector<std::vector<Change>> all(series.size());
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  threads = static_cast<unsigned>(std::min<std::size_t>(threads, std::max<std::size_t>(series.size(), 1)));
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = 0; (i = next.fetch_add(1)) < series.size();) {
      all[i] = detect(series[i].values, series[i].name, options);
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  others.clear();
  return all;
}

}  // namespace offledger::gate
