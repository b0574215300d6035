// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/kineto/exact_time.hpp"

#include <charconv>
#include <limits>

namespace offledger::importers {
namespace {

constexpr std::uint64_t kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
/// The most digits that always fit 64 bits.
constexpr int kDigits = 19;
/// Beyond this any exponent over- or underflows; it keeps sums of exponents small.
constexpr std::int64_t kExponentLimit = 100'000;

constexpr std::uint64_t power_of_ten(std::int64_t exponent) noexcept {
  std::uint64_t power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

/// mantissa x 10^exponent, exactly or to the nearest digit.
struct Decimal {
  std::uint64_t mantissa = 0;
  std::int64_t exponent = 0;
  int digits = 0;

  void add(char c) noexcept {
    if (mantissa == 0 && c == '0') return;
    if (digits == kDigits) {
      if (exponent < kExponentLimit) ++exponent;
      return;
    }
    mantissa = mantissa * 10 + static_cast<std::uint64_t>(c - '0');
    ++digits;
  }
};

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// The digits at the head of `text`, which it loses; `point` shifts each one right of the decimal point.
int take_digits(std::string_view& text, Decimal& value, bool point) noexcept {
  int count = 0;
  while (!text.empty() && is_digit(text.front())) {
    value.add(text.front());
    if (point && value.exponent > -kExponentLimit) --value.exponent;
    text.remove_prefix(1);
    count = 1;
  }
  return count;
}

std::optional<std::uint64_t> scaled(const Decimal& value) noexcept {
  if (value.mantissa == 0) return 0;
  if (value.exponent >= 0) {
    if (value.exponent > kDigits) return std::nullopt;
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(value.mantissa, power_of_ten(value.exponent), &product)) return std::nullopt;
    return product;
  }
  if (-value.exponent > kDigits) return 0;
  const std::uint64_t divisor = power_of_ten(-value.exponent);
  const std::uint64_t quotient = value.mantissa / divisor;
  const std::uint64_t rest = value.mantissa % divisor;
  return quotient + (rest >= divisor - rest ? 1 : 0);
}

}  // namespace

std::optional<std::int64_t> nanos_from_micros(std::string_view number) noexcept {
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  Decimal value;
  if (take_digits(number, value, false) == 0) return std::nullopt;
  if (number.starts_with('.')) {
    number.remove_prefix(1);
    if (take_digits(number, value, true) == 0) return std::nullopt;
  }
  if (number.starts_with('e') || number.starts_with('E')) {
    number.remove_prefix(1);
    if (number.starts_with('+')) number.remove_prefix(1);
    const bool tiny = number.starts_with('-');
    std::int64_t exponent = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), exponent);
    if (error == std::errc::invalid_argument || end != number.data() + number.size()) return std::nullopt;
    if (error != std::errc{} || exponent > kExponentLimit || exponent < -kExponentLimit) {
      return tiny || value.mantissa == 0 ? std::optional<std::int64_t>(0) : std::nullopt;
    }
    value.exponent += exponent;
  } else if (!number.empty()) {
    return std::nullopt;
  }
  value.exponent += 3;
  const std::optional<std::uint64_t> magnitude = scaled(value);
  if (!magnitude || *magnitude > kLargest) return std::nullopt;
  const auto nanos = static_cast<std::int64_t>(*magnitude);
  return negative ? -nanos : nanos;
}

std::optional<std::int64_t> integer_of(std::string_view number) noexcept {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  return value;
}

}  // namespace offledger::importers
