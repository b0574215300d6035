// SPDX-License-Identifier: Apache-2.0
#include "harness/device/cuda/host_weights.hpp"

#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <utility>

#include "harness/model/cuda/core.hpp"
#include "harness/model/cuda/cuda_error.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cuda {
namespace {

constexpr std::size_t kPage = 4096;

std::byte* pageable(std::size_t bytes) {
  const std::size_t rounded = (bytes + kPage - 1) / kPage * kPage;
  void* data = std::aligned_alloc(kPage, rounded);
  if (data == nullptr) {
    throw Error(ErrorKind::kNotMeasured,
                "host memory: wanted " + std::to_string(bytes) +
                    " bytes more and got none; set \"unique_layers\" in the workload");
  }
  std::memset(data, 0, rounded);
  return static_cast<std::byte*>(data);
}

/// The plan's copies to the device, whichever section they are in.
template <typename Visit>
void for_each_source(const plan::Plan& plan, Visit visit) {
  for (const auto* ops : {&plan.prologue, &plan.body, &plan.epilogue}) {
    for (const plan::Op& op : *ops) {
      if (const auto* copy = std::get_if<plan::Copy>(&op)) visit(*copy);
    }
  }
}

}  // namespace

HostBlock::HostBlock(plan::Source kind, std::size_t bytes) : kind_(kind), bytes_(bytes) {
  if (kind == plan::Source::kPinned) {
    void* data = nullptr;
    OFFLEDGER_CUDA(cudaHostAlloc(&data, bytes, cudaHostAllocDefault));
    data_ = static_cast<std::byte*>(data);
    return;
  }
  data_ = pageable(bytes);
  if (kind == plan::Source::kRegistered) {
    const cudaError_t code = cudaHostRegister(data_, bytes, cudaHostRegisterDefault);
    registered_ = code == cudaSuccess;
    if (!registered_) std::free(std::exchange(data_, nullptr));
    OFFLEDGER_CUDA(code);
  }
}

HostBlock::HostBlock(HostBlock&& other) noexcept
    : kind_(other.kind_),
      data_(std::exchange(other.data_, nullptr)),
      bytes_(other.bytes_),
      registered_(std::exchange(other.registered_, false)),
      used_(std::exchange(other.used_, nullptr)) {}

HostBlock::~HostBlock() {
  if (used_ != nullptr) OFFLEDGER_CUDA_NOTHROW(cudaEventDestroy(used_));
  if (registered_) OFFLEDGER_CUDA_NOTHROW(cudaHostUnregister(data_));
  if (data_ == nullptr) return;
  if (kind_ == plan::Source::kPinned) {
    OFFLEDGER_CUDA_NOTHROW(cudaFreeHost(data_));
  } else {
    std::free(data_);
  }
}

void HostBlock::pin_again() {
  if (used_ == nullptr) OFFLEDGER_CUDA(cudaEventCreateWithFlags(&used_, cudaEventDisableTiming));
  if (registered_) {
    OFFLEDGER_CUDA(cudaEventSynchronize(used_));
    OFFLEDGER_CUDA(cudaHostUnregister(data_));
    registered_ = false;
  }
  OFFLEDGER_CUDA(cudaHostRegister(data_, bytes_, cudaHostRegisterDefault));
  registered_ = true;
}

void HostBlock::used_by(cudaStream_t stream) {
  if (used_ != nullptr) OFFLEDGER_CUDA(cudaEventRecord(used_, stream));
}

HostWeights::HostWeights(const plan::ModelShape& shape, std::uint32_t unique_layers)
    : shape_(shape), unique_layers_(unique_layers == 0 ? shape.layers : unique_layers) {}

HostWeights::Key HostWeights::key(plan::UnitId unit, plan::Source kind) const {
  return {shape_.layer_of(unit) % unique_layers_, shape_.group_row_of(unit), kind};
}

std::uint64_t HostWeights::bytes_for(const plan::Plan& plan) const {
  std::set<Key> keys;
  std::uint64_t bytes = 0;
  for_each_source(plan, [&](const plan::Copy& copy) {
    if (keys.insert(key(copy.unit, copy.source)).second) bytes += shape_.group_of(copy.unit).bytes();
  });
  return bytes;
}

void HostWeights::fill(const plan::Plan& plan, const UnitMap& map, const model::WeightSource& source,
                       std::byte* staging, cudaStream_t stream) {
  for_each_source(plan, [&](const plan::Copy& copy) {
    const Key wanted = key(copy.unit, copy.source);
    if (blocks_.contains(wanted)) return;
    const std::size_t bytes = shape_.group_of(copy.unit).bytes();
    HostBlock& made = blocks_.emplace(wanted, HostBlock(copy.source, bytes)).first->second;
    load_unit(copy.unit, map, source, staging, stream);
    OFFLEDGER_CUDA(cudaMemcpyAsync(made.data(), staging, bytes, cudaMemcpyDeviceToHost, stream));
    OFFLEDGER_CUDA(cudaStreamSynchronize(stream));
  });
  scratch_ = {};
}

HostBlock& HostWeights::block(plan::UnitId unit, plan::Source kind) {
  return blocks_.at(key(unit, kind));
}

void HostWeights::load_unit(plan::UnitId unit, const UnitMap& map, const model::WeightSource& source,
                            std::byte* to, cudaStream_t stream) {
  const std::uint32_t layer = shape_.layer_of(unit) % unique_layers_;
  for (const Piece& piece : map.groups[shape_.group_row_of(unit)]) {
    auto* at = reinterpret_cast<model::cuda::Element*>(to + piece.offset);
    model::cuda::load_tensor(source, piece.kind, layer, at, scratch_, stream);
  }
}

}  // namespace offledger::cuda
