// SPDX-License-Identifier: Apache-2.0
//
// The decoder's matrix products, by cuBLASLt, with what keeps their bits the same under every schedule: the
// algorithm is chosen once a shape and kept, each stream has a handle and a workspace of its own, partial
// sums of a split product are fp32 and added in order, and the alignment that the choice may assume is the
// model's, not the slot's.

#pragma once

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "harness/model/cuda/kernels.hpp"
#include "harness/model/cuda/memory.hpp"

namespace offledger::model::cuda {

/// A stream with what matrix products on it need. Move-only; does not own the stream.
class StreamWork {
 public:
  static constexpr std::size_t kWorkspaceBytes = std::size_t{64} << 20;

  explicit StreamWork(cudaStream_t stream);
  StreamWork(StreamWork&& other) noexcept;
  StreamWork& operator=(StreamWork&&) = delete;
  ~StreamWork();

  [[nodiscard]] cudaStream_t stream() const noexcept { return stream_; }
  [[nodiscard]] cublasLtHandle_t handle() const noexcept { return handle_; }
  [[nodiscard]] void* workspace() const noexcept { return workspace_.data(); }

 private:
  cudaStream_t stream_;
  cublasLtHandle_t handle_ = nullptr;
  DeviceMemory workspace_;
};

/// out[rows][outputs] = x[rows][inputs] * weight[outputs][inputs]^T (+ out, where it accumulates).
struct GemmShape {
  std::uint64_t rows = 0, outputs = 0, inputs = 0;
  bool accumulate = false;    ///< adds to what `out` holds: the residual stream
  bool float_output = false;  ///< fp32 instead of bf16: logits
  auto operator<=>(const GemmShape&) const = default;
};

/// The products of one model. `alignment` is that of every weight pointer: a power of two, at least 16.
/// Threads: one.
class Gemms {
 public:
  explicit Gemms(std::uint32_t alignment);
  ~Gemms();
  Gemms(const Gemms&) = delete;
  Gemms& operator=(const Gemms&) = delete;

  /// Chooses the algorithm now, so that no choice falls into what is measured.
  void prepare(const GemmShape& shape, const StreamWork& work);
  /// Enqueues the product. Prepares it where nobody did.
  void run(const GemmShape& shape, const Element* weight, const Element* x, void* out,
           const StreamWork& work);

 private:
  struct Chosen;
  Chosen& chosen(const GemmShape& shape, const StreamWork& work);

  std::uint32_t alignment_;
  std::map<GemmShape, std::unique_ptr<Chosen>> chosen_;
};

}  // namespace offledger::model::cuda
