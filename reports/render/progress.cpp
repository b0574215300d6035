// SPDX-License-Identifier: Apache-2.0
#include "reports/render/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "reports/render/cells.hpp"

namespace offledger::render {
namespace {

constexpr Nanos kRedraw = std::chrono::milliseconds(100);
constexpr Nanos kLine = std::chrono::seconds(1);
constexpr std::size_t kBar = 24;

double seconds(Nanos t) {
  return static_cast<double>(t.count()) / 1e9;
}

std::string duration(double s) {
  if (s < 10) return fmt::format("{:.1f} s", s);
  if (s < 90) return fmt::format("{:.0f} s", s);
  const auto whole = static_cast<long long>(std::min(s, 1e9));
  return whole < 5400 ? fmt::format("{} min {:02} s", whole / 60, whole % 60)
                      : fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace

Nanos Progress::steady_clock() {
  return std::chrono::duration_cast<Nanos>(std::chrono::steady_clock::now().time_since_epoch());
}

Progress::Progress(std::string title, std::size_t total, bool terminal, std::ostream& err, Clock clock,
                   Style style)
    : title_(printable(title)),
      total_(total),
      terminal_(terminal),
      err_(err),
      clock_(std::move(clock)),
      style_(style),
      begun_(clock_()) {}

Progress::~Progress() {
  if (terminal_ && shown_ && !finished_) err_ << '\n' << std::flush;
}

void Progress::step(const std::string& what) {
  at(done_ + 1, what);
}

void Progress::at(std::size_t done, const std::string& what) {
  if (finished_) return;
  done_ = done;
  what_ = printable(what);
  show(total_ > 0 && done_ >= total_);
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  if (terminal_ && shown_) err_ << "\r\x1b[K";
  err_ << fmt::format("{}: {} in {}\n", title_, done_, duration(seconds(clock_() - begun_))) << std::flush;
}

std::string Progress::line(Nanos now) const {
  const double elapsed = seconds(now - begun_);
  const double per_second = elapsed > 0 ? static_cast<double>(done_) / elapsed : 0;
  std::string out = title_;
  if (terminal_ && total_ > 0) {
    out += fmt::format(" [{}]", bar(static_cast<double>(done_) / static_cast<double>(total_), kBar));
  } else {
    out += ':';
  }
  out += total_ > 0 ? fmt::format(" {}/{}", done_, total_) : fmt::format(" {}", done_);
  if (elapsed >= 1 && per_second > 0) {
    out += fmt::format("  {:.3g}/s", per_second);
    if (total_ > done_)
      out += fmt::format("  {} left", duration(static_cast<double>(total_ - done_) / per_second));
  }
  if (!what_.empty()) out += "  " + what_;
  return out;
}

void Progress::show(bool always) {
  const Nanos now = clock_();
  if (shown_ && !always && now - last_ < (terminal_ ? kRedraw : kLine)) return;
  if (always && !terminal_ && shown_ && now - last_ < kLine) return;
  shown_ = true;
  last_ = now;
  if (terminal_) {
    err_ << "\r\x1b[K" << truncate(line(now), style_.width > 1 ? style_.width - 1 : 1) << std::flush;
  } else {
    err_ << line(now) << '\n' << std::flush;
  }
}

}  // namespace offledger::render
