// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/host_marks.hpp"

#include <algorithm>
#include <unordered_map>

namespace offledger::analysis {
namespace {

/// A range reduced to what marks need.
struct Span {
  Nanos begin{}, end{};
  std::int32_t step = kNoStep;
  std::uint32_t unit = kNoUnit;
  std::int32_t slot = trace::kNoRow;
};

/// Cuts nested spans into marks. A child that outlives its parent is cut at the parent's end.
std::vector<Mark> flatten(std::vector<Span>& spans) {
  std::stable_sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<Mark> marks;
  std::vector<Span> open;
  const auto mark = [&](Nanos time) {
    const Mark next =
        open.empty() ? Mark{time} : Mark{time, open.back().step, open.back().unit, open.back().slot};
    if (!marks.empty() && marks.back().begin == time) {
      marks.back() = next;
    } else {
      marks.push_back(next);
    }
  };
  const auto close_until = [&](Nanos time) {
    while (!open.empty() && open.back().end <= time) {
      const Nanos end = open.back().end;
      open.pop_back();
      mark(end);
    }
  };
  for (Span span : spans) {
    close_until(span.begin);
    if (!open.empty()) {
      const Span& parent = open.back();
      span.end = std::min(span.end, parent.end);
      if (span.step == kNoStep) span.step = parent.step;
      if (span.unit == kNoUnit) span.unit = parent.unit;
    }
    open.push_back(span);
    mark(span.begin);
  }
  close_until(Nanos::max());
  return marks;
}

/// Rows of (layer, group), ordered by layer and then by first sight.
class Units {
 public:
  void see(UnitKey key) {
    if (rows_.try_emplace(pack(key), static_cast<std::uint32_t>(keys_.size())).second) keys_.push_back(key);
  }
  std::vector<UnitKey> finish() {
    std::stable_sort(keys_.begin(), keys_.end(), [](UnitKey a, UnitKey b) { return a.layer < b.layer; });
    for (std::uint32_t row = 0; row < keys_.size(); ++row) rows_[pack(keys_[row])] = row;
    return keys_;
  }
  [[nodiscard]] std::uint32_t row(UnitKey key) const { return rows_.at(pack(key)); }

 private:
  static std::uint64_t pack(UnitKey key) noexcept {
    return std::uint64_t{static_cast<std::uint32_t>(key.layer)} << 32 | static_cast<std::uint32_t>(key.group);
  }
  std::unordered_map<std::uint64_t, std::uint32_t> rows_;
  std::vector<UnitKey> keys_;
};

bool names_unit(const trace::Range& range) noexcept {
  return (range.kind == trace::RangeKind::kUnit || range.kind == trace::RangeKind::kOp) && range.layer >= 0;
}

/// Step numbers of the step ranges: their own, or their order in time where none is given.
std::vector<std::int32_t> number_steps(const trace::Timeline& timeline) {
  std::vector<std::int32_t> step(timeline.ranges.size(), kNoStep);
  std::vector<std::size_t> unnumbered;
  for (std::size_t i = 0; i < timeline.ranges.size(); ++i) {
    const trace::Range& range = timeline.ranges[i];
    if (range.kind != trace::RangeKind::kStep) continue;
    if (range.step >= 0) {
      step[i] = range.step;
    } else {
      unnumbered.push_back(i);
    }
  }
  std::stable_sort(unnumbered.begin(), unnumbered.end(), [&](std::size_t a, std::size_t b) {
    return timeline.ranges[a].begin < timeline.ranges[b].begin;
  });
  std::int32_t next = 0;
  for (const std::size_t i : unnumbered) step[i] = next++;
  return step;
}

}  // namespace

HostMarks::HostMarks(const trace::Timeline& timeline) {
  Units units;
  for (const trace::Range& range : timeline.ranges) {
    if (names_unit(range)) units.see({range.layer, range.group});
  }
  units_ = units.finish();

  const std::vector<std::int32_t> step = number_steps(timeline);
  std::vector<std::vector<Span>> spans(timeline.threads.size());
  std::vector<std::vector<Interval>> work(timeline.threads.size());
  for (std::size_t i = 0; i < timeline.ranges.size(); ++i) {
    const trace::Range& range = timeline.ranges[i];
    if (index(range.thread) >= spans.size() || range.end < range.begin) continue;
    if (range.kind == trace::RangeKind::kHostWork) {
      work[index(range.thread)].push_back({range.begin, range.end});
      has_host_work_ = true;
    }
    if (step[i] == kNoStep && !names_unit(range)) continue;
    has_steps_ |= step[i] != kNoStep;
    spans[index(range.thread)].push_back({range.begin, range.end, step[i],
                                          names_unit(range) ? units.row({range.layer, range.group}) : kNoUnit,
                                          range.kind == trace::RangeKind::kOp ? range.slot : trace::kNoRow});
    any_ = true;
  }
  for (std::vector<Span>& thread : spans) marks_.push_back(flatten(thread));
  for (std::vector<Interval>& thread : work) host_work_.emplace_back(std::move(thread));
}

Mark HostMarks::at(trace::ThreadRow thread, Nanos time, std::size_t& cursor) const noexcept {
  if (index(thread) >= marks_.size()) return {};
  const std::vector<Mark>& marks = marks_[index(thread)];
  if (marks.empty() || time < marks.front().begin) return {};
  cursor = std::min(cursor, marks.size() - 1);
  constexpr std::size_t kStride = 8;  // look-ups in time order land here; others search
  if (marks[cursor].begin <= time) {
    for (std::size_t i = 0; i < kStride && cursor + 1 < marks.size() && marks[cursor + 1].begin <= time; ++i)
      ++cursor;
  }
  if (marks[cursor].begin > time || (cursor + 1 < marks.size() && marks[cursor + 1].begin <= time)) {
    const auto after = std::upper_bound(marks.begin(), marks.end(), time,
                                        [](Nanos t, const Mark& mark) { return t < mark.begin; });
    cursor = static_cast<std::size_t>(after - marks.begin()) - 1;
  }
  return marks[cursor];
}

const IntervalSet& HostMarks::host_work(trace::ThreadRow thread) const noexcept {
  return index(thread) < host_work_.size() ? host_work_[index(thread)] : none_;
}

}  // namespace offledger::analysis
