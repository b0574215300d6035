// SPDX-License-Identifier: Apache-2.0
#include "reports/render/number.hpp"

#include "reports/metrics/metrics.hpp"

namespace offledger::render {
namespace {

std::string format(metrics::Unit unit, double value) {
  const metrics::Metric as{
      "", "", unit, metrics::Class::kInformation, metrics::Direction::kNone, false, false, "", "", nullptr};
  return metrics::format(as, value);
}

}  // namespace

std::string time(Nanos duration) {
  return format(metrics::Unit::kNanoseconds, static_cast<double>(duration.count()));
}
std::string time(std::optional<Nanos> duration) {
  return duration ? time(*duration) : kAbsent;
}
std::string bytes(std::uint64_t n) {
  return format(metrics::Unit::kBytes, static_cast<double>(n));
}
std::string count(std::uint64_t n) {
  return format(metrics::Unit::kCount, static_cast<double>(n));
}
std::string percent(double share) {
  return format(metrics::Unit::kRatio, share);
}

std::string rate(std::uint64_t n, Nanos busy) {
  if (busy <= Nanos{0}) return kAbsent;
  return format(metrics::Unit::kGigabytesPerSecond,
                static_cast<double>(n) / static_cast<double>(busy.count()));
}

std::string percent(Nanos part, Nanos whole) {
  return whole > Nanos{0} ? percent(share(part, whole)) : kAbsent;
}

double share(Nanos part, Nanos whole) noexcept {
  return whole > Nanos{0} ? static_cast<double>(part.count()) / static_cast<double>(whole.count()) : 0.0;
}

}  // namespace offledger::render
