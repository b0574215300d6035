// SPDX-License-Identifier: Apache-2.0
//
// Weights from a seed: value i of a tensor is a function of (seed, tensor, i) alone, the same bits on the CPU
// and on the GPU. A counter-based generator (SplitMix64's finaliser, Steele, Lea & Flood 2014, over a keyed
// counter) gives 24 bits; they are an exact float, one multiplication and one addition scale them, one
// rounding makes the bf16. Uniform weights of variance 1 / columns keep activations near 1 through any depth.

#pragma once

#include <cstdint>

#if defined(__CUDACC__)
#define OFFLEDGER_HOST_DEVICE __host__ __device__
#else
#define OFFLEDGER_HOST_DEVICE
#endif

namespace offledger::model {

/// value = centre + width * u, u uniform in [-1, 1).
struct SyntheticTensor {
  std::uint64_t key = 0;
  float centre = 0.0F;
  float width = 0.0F;
};

OFFLEDGER_HOST_DEVICE constexpr std::uint64_t mix(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

/// The centre is added in float, product rounded first: no fused multiply-add may join them, so centred
/// tensors (centre 0) skip the addition and norms (centre 1, width a power of two) lose nothing in the
/// product.
OFFLEDGER_HOST_DEVICE constexpr float synthetic_value(const SyntheticTensor& tensor,
                                                      std::uint64_t index) noexcept {
  const std::uint64_t bits = mix(tensor.key + 0x9E3779B97F4A7C15ULL * (index + 1));
  const auto u = static_cast<std::int32_t>(bits >> 40) - (1 << 23);
  const float scaled = static_cast<float>(u) * (1.0F / static_cast<float>(1 << 23)) * tensor.width;
  return tensor.centre == 0.0F ? scaled : tensor.centre + scaled;
}

}  // namespace offledger::model
