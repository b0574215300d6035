// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/interval_set.hpp"

#include <algorithm>
#include <utility>

namespace offledger::analysis {
namespace {

constexpr auto kByBegin = [](const Interval& a, const Interval& b) { return a.begin < b.begin; };

/// Sorts by begin. A stream's records arrive in order, so the input is often a few ascending runs end to end:
/// merging those is linear where sorting is not.
void sort_runs(std::vector<Interval>& raw) {
  constexpr std::size_t kMostRuns = 64;
  std::vector<std::size_t> starts{0};
  for (std::size_t i = 1; i < raw.size(); ++i) {
    if (raw[i].begin >= raw[i - 1].begin) continue;
    starts.push_back(i);
    if (starts.size() > kMostRuns) {
      std::sort(raw.begin(), raw.end(), kByBegin);
      return;
    }
  }
  const auto at = [&](std::size_t i) { return raw.begin() + static_cast<std::ptrdiff_t>(i); };
  while (starts.size() > 1) {
    std::vector<std::size_t> merged;
    for (std::size_t i = 0; i < starts.size(); i += 2) {
      merged.push_back(starts[i]);
      if (i + 1 == starts.size()) break;
      const std::size_t end = i + 2 < starts.size() ? starts[i + 2] : raw.size();
      std::inplace_merge(at(starts[i]), at(starts[i + 1]), at(end), kByBegin);
    }
    starts = std::move(merged);
  }
}

/// Appends to spans that ascend by begin, joining what overlaps or touches.
void append(std::vector<Interval>& spans, Interval next) {
  if (!spans.empty() && next.begin <= spans.back().end) {
    spans.back().end = std::max(spans.back().end, next.end);
  } else {
    spans.push_back(next);
  }
}

}  // namespace

IntervalSet::IntervalSet(std::vector<Interval> raw) : spans_(std::move(raw)) {
  std::erase_if(spans_, [](const Interval& span) { return span.end <= span.begin; });
  sort_runs(spans_);
  std::size_t last = 0;
  for (std::size_t i = 1; i < spans_.size(); ++i) {
    if (spans_[i].begin <= spans_[last].end) {
      spans_[last].end = std::max(spans_[last].end, spans_[i].end);
    } else {
      spans_[++last] = spans_[i];
    }
  }
  if (!spans_.empty()) spans_.resize(last + 1);
}

Nanos IntervalSet::length() const noexcept {
  Nanos sum{};
  for (const Interval& span : spans_) sum += span.length();
  return sum;
}

Nanos IntervalSet::length_in(Interval window) const noexcept {
  Nanos sum{};
  if (window.end <= window.begin) return sum;
  auto at = std::ranges::upper_bound(spans_, window.begin, {}, [](const Interval& span) { return span.end; });
  for (; at != spans_.end() && at->begin < window.end; ++at) {
    sum += std::min(at->end, window.end) - std::max(at->begin, window.begin);
  }
  return sum;
}

IntervalSet operator|(const IntervalSet& a, const IntervalSet& b) {
  IntervalSet out;
  out.spans_.reserve(a.spans_.size() + b.spans_.size());
  auto i = a.spans_.begin();
  auto j = b.spans_.begin();
  while (i != a.spans_.end() || j != b.spans_.end()) {
    const bool from_a = j == b.spans_.end() || (i != a.spans_.end() && i->begin <= j->begin);
    append(out.spans_, from_a ? *i++ : *j++);
  }
  return out;
}

IntervalSet operator&(const IntervalSet& a, const IntervalSet& b) {
  IntervalSet out;
  auto i = a.spans_.begin();
  auto j = b.spans_.begin();
  while (i != a.spans_.end() && j != b.spans_.end()) {
    const Interval both{std::max(i->begin, j->begin), std::min(i->end, j->end)};
    if (both.begin < both.end) out.spans_.push_back(both);
    if (i->end < j->end) {
      ++i;
    } else {
      ++j;
    }
  }
  return out;
}

IntervalSet operator-(const IntervalSet& a, const IntervalSet& b) {
  IntervalSet out;
  auto j = b.spans_.begin();
  for (Interval rest : a.spans_) {
    while (j != b.spans_.end() && j->end <= rest.begin) ++j;
    for (auto cut = j; cut != b.spans_.end() && cut->begin < rest.end; ++cut) {
      if (rest.begin < cut->begin) out.spans_.push_back({rest.begin, cut->begin});
      rest.begin = std::min(rest.end, cut->end);
    }
    if (rest.begin < rest.end) out.spans_.push_back(rest);
  }
  return out;
}

}  // namespace offledger::analysis
