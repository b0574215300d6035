// SPDX-License-Identifier: Apache-2.0
//
// SplitMix64 (Steele, Lea & Flood 2014): the same numbers on every machine and compiler, which the standard
// distributions do not promise. For relabellings and permutations, not for secrets.

#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace offledger::gate {

class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t next() noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, bound) (Lemire's multiplication; the bias is below 2^-32 for the bounds used here).
  constexpr std::uint32_t below(std::uint32_t bound) noexcept {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }
  /// Uniform in [0, 1).
  constexpr double unit() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

  template <typename T>
  void shuffle(std::vector<T>& values) noexcept {
    for (auto i = static_cast<std::uint32_t>(values.size()); i > 1; --i)
      std::swap(values[i - 1], values[below(i)]);
  }

 private:
  std::uint64_t state_;
};

/// A seed from a name: FNV-1a.
constexpr std::uint64_t seed_of(std::string_view name) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace offledger::gate
