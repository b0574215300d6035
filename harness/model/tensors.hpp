// SPDX-License-Identifier: Apache-2.0
//
// The tensors of a Llama-architecture decoder: their names, shapes, and order in a layer. Matrices are stored
// as torch.nn.Linear does, [out][in] row-major, in bf16.

#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/model/llama_config.hpp"

namespace offledger::model {

/// A bfloat16 number: the upper half of a float.
enum class Bf16 : std::uint16_t {};

[[nodiscard]] constexpr float to_float(Bf16 value) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}

/// Rounds to nearest, ties to even. A NaN stays a NaN.
[[nodiscard]] constexpr Bf16 to_bf16(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) return Bf16{static_cast<std::uint16_t>((bits >> 16) | 0x40U)};
  return Bf16{static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16)};
}

/// The first nine are a layer's, in the order in which it computes with them.
enum class TensorKind : std::uint8_t {
  kInputNorm,
  kQuery,
  kKey,
  kValue,
  kOutput,
  kPostNorm,
  kGate,
  kUp,
  kDown,
  kEmbedding,
  kFinalNorm,
  kHead,
};
inline constexpr std::size_t kLayerTensors = 9;
inline constexpr std::array<TensorKind, kLayerTensors> kLayerOrder = {
    TensorKind::kInputNorm, TensorKind::kQuery, TensorKind::kKey, TensorKind::kValue, TensorKind::kOutput,
    TensorKind::kPostNorm,  TensorKind::kGate,  TensorKind::kUp,  TensorKind::kDown};

[[nodiscard]] constexpr bool is_norm(TensorKind kind) noexcept {
  return kind == TensorKind::kInputNorm || kind == TensorKind::kPostNorm || kind == TensorKind::kFinalNorm;
}

/// A norm's vector has one row.
struct MatrixShape {
  std::uint64_t rows = 0, cols = 0;
  [[nodiscard]] constexpr std::uint64_t elements() const noexcept { return rows * cols; }
  [[nodiscard]] constexpr std::uint64_t bytes() const noexcept { return 2 * rows * cols; }
  bool operator==(const MatrixShape&) const = default;
};

[[nodiscard]] MatrixShape shape_of(const LlamaConfig& config, TensorKind kind) noexcept;

/// "q_proj", "input_norm", … as workloads name them.
[[nodiscard]] std::string_view name_of(TensorKind kind) noexcept;
/// The layer tensor of that name, in a workload ("q_proj") or a checkpoint ("self_attn.q_proj").
[[nodiscard]] std::optional<TensorKind> find_layer_tensor(std::string_view name) noexcept;
/// As in a Hugging Face checkpoint: "model.layers.3.self_attn.q_proj.weight".
[[nodiscard]] std::string checkpoint_name(TensorKind kind, std::uint32_t layer);

}  // namespace offledger::model
