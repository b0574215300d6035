// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/counters/program_watch.hpp"

#include <algorithm>
#include <array>

namespace offledger::counters {
namespace {

/// A graphics engine stays active for some 20 us after its last kernel, and a host takes a while to wake up.
constexpr Nanos kAfterwards{200'000};

/// Whether the GPU has work still, a moment after `end`.
bool works_at(const Samples& samples, Nanos end) {
  const auto after =
      std::ranges::find_if(samples.begin, [&](Nanos begin) { return begin - kAfterwards >= end; });
  if (after == samples.begin.end()) return false;
  const auto row = static_cast<std::size_t>(after - samples.begin.begin());
  constexpr double kAtWork = 10;  // percent
  return std::ranges::any_of(std::array{"sm_active", "h2d_engine", "copy_engine"}, [&](const char* role) {
    const Track* const track = samples.find(role);
    return track != nullptr && track->values[row] > kAtWork;
  });
}

}  // namespace

ProgramWatch::ProgramWatch(const Options& options, const std::string& pipe, const MakeSource& make)
    : notices_(pipe), watch_(options, make) {
  watch_.open();
  thread_ = std::thread([this] { run(); });
}

ProgramWatch::~ProgramWatch() {
  end();
}

void ProgramWatch::run() noexcept {
  for (;;) {
    for (const cupti::CaptureNotice& notice : notices_.wait()) {
      if (notice.pid == cupti::kNobody) return;  // end()'s
      take(notice);
    }
  }
}

void ProgramWatch::take(const cupti::CaptureNotice& notice) {
  const Nanos at{notice.at};
  if (notice.begins != 0) {
    if (captures_.empty()) watch_.start();
    if (open_.empty()) captures_.push_back({at, Nanos::max()});
    open_.insert(notice.pid);
  } else if (open_.erase(notice.pid) > 0 && open_.empty()) {
    captures_.back().end = std::max(at, captures_.back().begin);
  }
}

void ProgramWatch::end() {
  if (!thread_.joinable()) return;
  while (!notices_.wake()) std::this_thread::yield();  // full: it is being read
  thread_.join();
  if (captures_.empty()) return;
  watch_.halt();
}

void ProgramWatch::add_to(trace::Timeline& timeline, bool whole) {
  if (captures_.empty() && problem().empty()) return;
  bool went_on = false;
  if (!captures_.empty()) {
    went_on = whole && works_at(watch_.samples(), captures_.back().end);
    watch_.keep_within(whole ? std::vector<Span>{{captures_.front().begin, captures_.back().end}}
                             : captures_);
    if (timeline.source.clock_origin == 0) timeline.source.clock_origin = captures_.front().begin.count();
    if (watch_.problem().empty() && watch_.samples().begin.empty())
      nothing_kept_ = "sampling had not begun when the last step ended: mark more steps, or longer ones";
  }
  if (nothing_kept_.empty()) {
    watch_.add_to(timeline);
  } else {
    timeline.note("counters_unavailable", nothing_kept_);
  }
  if (went_on && problem().empty()) {
    timeline.note(
        "counters_partial",
        "the GPU was at work when the last step ended: what it did later is in no figure; synchronise within "
        "the step");
  }
}

}  // namespace offledger::counters
