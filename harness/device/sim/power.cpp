// SPDX-License-Identifier: Apache-2.0

#include "harness/device/sim/power.hpp"

#include "harness/device/sim/clock.hpp"
#include "harness/model/total.hpp"

namespace offledger::sim {
namespace {

/// exp(-time / window) as a fraction of 2^32, by (1 - x/1024)^1024; within 3e-4 of it, and 0 beyond 20
/// windows.
std::uint64_t decay(Nanos time, Nanos window) noexcept {
  if (time / 20 >= window) return 0;
  const auto x_over_1024 =
      (static_cast<std::uint64_t>(time.count()) << 22) / static_cast<std::uint64_t>(window.count());
  std::uint64_t factor = Power::kOne - x_over_1024;
  for (int squaring = 0; squaring < 10; ++squaring) {
    if (factor == Power::kOne) return factor;
    factor = (factor * factor) >> 32;
  }
  return factor;
}

}  // namespace

Power::Power(const std::optional<PowerLimit>& limit) {
  if (!limit) return;
  window_ = limit->window;
  from_ = limit->from_busy_permille * kOne / 1000;
}

void Power::mix(Nanos time, bool busy) noexcept {
  const std::uint64_t kept = decay(time, window_);
  const std::uint64_t distance = busy ? kOne - share_ : share_;
  const std::uint64_t left = distance == kOne ? kept : (distance * kept) >> 32;
  share_ = busy ? kOne - left : left;
}

Nanos Power::ramp(Nanos slowdown) const noexcept {
  if (share_ <= from_) return Nanos::zero();
  const std::uint64_t rise = ((share_ - from_) << 16) / (kOne - from_);  // of 2^16
  const model::Wide part = model::Wide{rise * rise} * static_cast<std::uint64_t>(slowdown.count());
  return nanos(static_cast<std::int64_t>(part >> 32));
}

Nanos Power::run(Nanos begin, Nanos rested, Nanos slowdown) {
  if (window_ == Nanos::zero()) return rested;
  mix(begin - end_, false);
  const Nanos length = after(rested, ramp(slowdown));
  mix(length, true);
  end_ = after(begin, length);
  return length;
}

}  // namespace offledger::sim
