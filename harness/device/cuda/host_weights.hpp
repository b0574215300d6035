// SPDX-License-Identifier: Apache-2.0
//
// The host's side of the weights: one block a unit and kind of memory, laid out as the unit is, made once.
// Layers beyond `unique_layers` share the blocks of layer l % unique_layers.

#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "harness/device/cuda/unit_map.hpp"
#include "harness/model/weights.hpp"
#include "schedules/plan/plan.hpp"

namespace offledger::cuda {

/// Host memory of one kind: kPinned cudaHostAlloc, kRegistered malloc and cudaHostRegister, kPageable malloc
/// with every page touched, kPinnedOnTheFly as pageable until register_for(). Move-only.
class HostBlock {
 public:
  HostBlock(plan::Source kind, std::size_t bytes);
  HostBlock(HostBlock&& other) noexcept;
  HostBlock& operator=(HostBlock&&) = delete;
  ~HostBlock();

  [[nodiscard]] std::byte* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }

  /// kPinnedOnTheFly: pins the block now. Where it still is, waits for the copies of the last time and unpins
  /// first: an engine that pins on the fly pays for each fetch.
  void pin_again();
  /// Says that a copy out of the block has been enqueued.
  void used_by(cudaStream_t stream);

 private:
  plan::Source kind_;
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  bool registered_ = false;
  cudaEvent_t used_ = nullptr;
};

class HostWeights {
 public:
  /// Which layer's copy a layer reads.
  HostWeights(const plan::ModelShape& shape, std::uint32_t unique_layers);

  /// What fill() will allocate for the plan's copies.
  [[nodiscard]] std::uint64_t bytes_for(const plan::Plan& plan) const;

  /// Allocates and fills the blocks that the plan copies from. Uses `staging`, device memory for the largest
  /// unit.
  void fill(const plan::Plan& plan, const UnitMap& map, const model::WeightSource& source, std::byte* staging,
            cudaStream_t stream);

  /// The block of a unit and kind that the plan copies from.
  [[nodiscard]] HostBlock& block(plan::UnitId unit, plan::Source kind);

  /// Memory that copies read, or nullptr where the plan copies nothing.
  [[nodiscard]] const std::byte* first_block() const noexcept {
    return blocks_.empty() ? nullptr : blocks_.begin()->second.data();
  }

  /// Writes a unit's weights to device memory.
  void load_unit(plan::UnitId unit, const UnitMap& map, const model::WeightSource& source, std::byte* to,
                 cudaStream_t stream);

 private:
  struct Key {
    std::uint32_t layer, group_row;
    plan::Source kind;
    auto operator<=>(const Key&) const = default;
  };
  [[nodiscard]] Key key(plan::UnitId unit, plan::Source kind) const;

  const plan::ModelShape& shape_;
  std::uint32_t unique_layers_;
  std::map<Key, HostBlock> blocks_;
  std::vector<model::Bf16> scratch_;
};

}  // namespace offledger::cuda
