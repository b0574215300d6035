// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/counters/program_watch.hpp"

#include <algorithm>

namespace offledger::counters {

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
    open_.emplace(notice.pid, at);
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
  if (!captures_.empty()) {
    watch_.keep_within(whole ? std::vector<Span>{{captures_.front().begin, captures_.back().end}}
                             : captures_);
    if (timeline.source.clock_origin == 0) timeline.source.clock_origin = captures_.front().begin.count();
  }
  watch_.add_to(timeline);
}

}  // namespace offledger::counters
