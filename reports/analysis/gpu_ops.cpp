// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/gpu_ops.hpp"

#include <algorithm>

namespace offledger::analysis {
namespace {

bool usable(Nanos begin, Nanos end) noexcept {
  return begin >= -kMostTime && end <= kMostTime && begin <= end;
}

bool before(const GpuOp& a, const GpuOp& b) noexcept {
  return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
}

}  // namespace

Activity activity_of(const trace::Copy& copy) noexcept {
  switch (copy.direction) {
    case trace::CopyDirection::kH2D: return Activity::kH2D;
    case trace::CopyDirection::kD2H: return Activity::kD2H;
    default: return Activity::kD2D;
  }
}

GpuOps::GpuOps(const trace::Timeline& timeline, const HostMarks& marks) : calls_(timeline.calls.size()) {
  gather(timeline);
  order();
  link(timeline, marks);
}

/// Counting sort by stream: count, then place.
void GpuOps::gather(const trace::Timeline& timeline) {
  const std::size_t streams = timeline.streams.size();
  first_.assign(streams + 1, 0);
  const auto accept = [&](const auto& record) {
    return index(record.stream) < streams && usable(record.begin, record.end);
  };
  const auto count = [&](const auto& records) {
    for (const auto& record : records) {
      if (accept(record)) {
        ++first_[index(record.stream) + 1];
      } else {
        ++(index(record.stream) < streams ? counts_.bad_times : counts_.no_stream);
      }
    }
  };
  count(timeline.kernels);
  count(timeline.copies);
  count(timeline.memsets);
  for (std::size_t s = 0; s < streams; ++s) first_[s + 1] += first_[s];

  ops_.resize(first_[streams]);
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  const auto place = [&](const auto& records, OpKind kind, auto&& activity) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto& record = records[i];
      if (!accept(record)) continue;
      GpuOp& op = ops_[next[index(record.stream)]++];
      op.begin = record.begin;
      op.end = record.end;
      op.stream = static_cast<std::uint32_t>(record.stream);
      op.record = static_cast<std::uint32_t>(i);
      op.kind = kind;
      op.activity = activity(record);
    }
  };
  place(timeline.kernels, OpKind::kKernel, [](const trace::Kernel& kernel) {
    return kernel.kind == trace::KernelClass::kCollective ? Activity::kCollective : Activity::kCompute;
  });
  place(timeline.copies, OpKind::kCopy, activity_of);
  place(timeline.memsets, OpKind::kMemset, [](const trace::Memset&) { return Activity::kCompute; });
}

/// Each stream holds three ascending runs (kernels, copies, memsets), so merging beats sorting.
void GpuOps::order() {
  for (std::size_t s = 0; s < streams(); ++s) {
    const auto begin = ops_.begin() + static_cast<std::ptrdiff_t>(first_[s]);
    const auto end = ops_.begin() + static_cast<std::ptrdiff_t>(first_[s + 1]);
    auto sorted = std::is_sorted_until(begin, end, before);
    for (int runs = 0; sorted != end && runs < 3; ++runs) {
      const auto next = std::is_sorted_until(sorted, end, before);
      std::inplace_merge(begin, sorted, next, before);
      sorted = next;
    }
    if (sorted != end) std::stable_sort(begin, end, before);
  }
}

void GpuOps::count_launch(const GpuOp& op, trace::ThreadRow thread) {
  std::vector<Launches>& all = launches_[op.stream];
  const auto row = static_cast<std::uint32_t>(thread);
  const auto known = std::find_if(all.begin(), all.end(), [&](const Launches& l) { return l.thread == row; });
  if (known == all.end()) {
    all.push_back({row, 1});
  } else {
    ++known->kernels;
  }
}

void GpuOps::link(const trace::Timeline& timeline, const HostMarks& marks) {
  for (std::size_t i = 0; i < timeline.calls.size(); ++i) {
    calls_.insert(timeline.calls[i].correlation, static_cast<std::uint32_t>(i));
  }
  launches_.resize(streams());
  std::vector<std::size_t> cursors(timeline.threads.size(), 0);
  std::size_t nowhere = 0;
  for (GpuOp& op : ops_) {
    const trace::Correlation correlation =
        op.kind == OpKind::kKernel ? timeline.kernels[op.record].correlation
        : op.kind == OpKind::kCopy ? timeline.copies[op.record].correlation
                                   : timeline.memsets[op.record].correlation;
    op.call = calls_.find(correlation);
    if (op.call == kNoRow32) {
      ++counts_.no_call;
      continue;
    }
    const trace::HostCall& call = timeline.calls[op.call];
    if (!usable(call.begin, call.end)) continue;
    if (op.kind == OpKind::kKernel) {
      if (index(call.thread) < timeline.threads.size()) count_launch(op, call.thread);
      if (op.begin < call.begin) {
        ++counts_.early;
        counts_.skew = std::max(counts_.skew, call.begin - op.begin);
      }
    }
    if (marks.empty()) continue;
    const std::size_t thread = index(call.thread);
    const Mark mark = marks.at(call.thread, call.begin, thread < cursors.size() ? cursors[thread] : nowhere);
    op.step = mark.step;
    op.unit = mark.unit;
    op.slot = mark.slot;
  }
}

}  // namespace offledger::analysis
