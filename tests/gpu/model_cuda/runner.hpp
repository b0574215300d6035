// SPDX-License-Identifier: Apache-2.0
//
// A core with its layers' weights on the device, packed as a slot is, run a step at a time.

#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "harness/model/cuda/core.hpp"
#include "harness/model/cuda/cuda_error.hpp"

namespace offledger::test {

struct OwnedStream {
  OwnedStream() { OFFLEDGER_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking)); }
  ~OwnedStream() { OFFLEDGER_CUDA_NOTHROW(cudaStreamDestroy(stream)); }
  OwnedStream(const OwnedStream&) = delete;
  OwnedStream& operator=(const OwnedStream&) = delete;
  cudaStream_t stream = nullptr;
};

class Runner {
 public:
  Runner(const model::WeightSource& source, const model::cuda::CoreShape& shape,
         std::uint32_t unique_layers = 0)
      : work_(owned_.stream), core_(source, shape, unique_layers, work_) {
    const model::LlamaConfig& config = source.config();
    std::size_t bytes = 0;
    for (const model::TensorKind kind : model::kLayerOrder) bytes += model::shape_of(config, kind).bytes();
    std::vector<model::Bf16> staging;
    for (std::uint32_t layer = 0; layer < config.layers; ++layer) {
      layers_.emplace_back(bytes);
      std::size_t offset = 0;
      for (const model::TensorKind kind : model::kLayerOrder) {
        model::cuda::load_tensor(source, kind, unique_layers == 0 ? layer : layer % unique_layers,
                                 layers_[layer].as<model::cuda::Element>(offset), staging, owned_.stream);
        offset += model::shape_of(config, kind).bytes();
      }
    }
  }

  /// The logits of each sequence's last token. Without tokens, those that the last step chose.
  std::vector<float> step(std::span<const std::int32_t> tokens, std::uint32_t position) {
    if (!tokens.empty()) core_.set_tokens(tokens, owned_.stream);
    const auto count = static_cast<std::uint32_t>(tokens.size() / core_.shape().batch);
    core_.begin(position, std::max(1U, count), work_);
    for (std::uint32_t layer = 0; layer < core_.config().layers; ++layer) {
      std::size_t offset = 0;
      for (const model::TensorKind kind : model::kLayerOrder) {
        core_.run(kind, layer, layers_[layer].as<model::cuda::Element>(offset), work_);
        offset += model::shape_of(core_.config(), kind).bytes();
      }
    }
    core_.end(work_);
    core_.feed(work_);
    std::vector<float> logits(std::size_t{core_.shape().batch} * core_.config().vocab);
    OFFLEDGER_CUDA(cudaMemcpyAsync(logits.data(), core_.logits(), logits.size() * sizeof(float),
                                   cudaMemcpyDeviceToHost, owned_.stream));
    OFFLEDGER_CUDA(cudaStreamSynchronize(owned_.stream));
    return logits;
  }

 private:
  OwnedStream owned_;
  model::cuda::StreamWork work_;
  model::cuda::Core core_;
  std::vector<model::cuda::DeviceMemory> layers_;
};

/// || found - expected || / || expected ||; NaN where any element is, which passes no comparison.
inline double relative_error(std::span<const float> found, std::span<const float> expected) {
  double difference = 0.0, norm = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double d = static_cast<double>(found[i]) - static_cast<double>(expected[i]);
    difference += d * d;
    norm += static_cast<double>(expected[i]) * static_cast<double>(expected[i]);
  }
  return found.size() == expected.size() ? std::sqrt(difference / norm) : NAN;
}

}  // namespace offledger::test
