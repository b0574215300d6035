// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "harness/device/cuda/calibrate.hpp"
#include "harness/device/cuda/device_state.hpp"
#include "harness/device/cuda/timing.hpp"

namespace offledger::cuda {
namespace {

using model::TensorKind;
using model::cuda::Core;
using model::cuda::DeviceMemory;
using model::cuda::Element;
using model::cuda::StreamWork;

constexpr auto kSettle = std::chrono::milliseconds(700);  // clocks under load are not those of an idle device
constexpr std::size_t kLeastRounds = 15, kMostRounds = 500;

/// One layer's units with weights on the device, run as the CudaDevice runs them.
class LayerUnits {
 public:
  LayerUnits(const model::Workload& workload, cudaStream_t stream)
      : one_layer_(first_layer(workload)),
        source_(model::synthetic_weights(model::config_of(one_layer_), 1)),
        map_(map_units(one_layer_.shape, source_->config())),
        host_(one_layer_.shape, 1),
        work_(stream),
        core_(*source_, {workload.batch, workload.tokens, workload.context + workload.tokens}, 1, work_) {
    for (std::uint32_t row = 0; row < one_layer_.shape.groups.size(); ++row) {
      weights_.emplace_back(one_layer_.shape.groups[row].bytes());
      host_.load_unit(plan::UnitId{row}, map_, *source_, weights_.back().data(), stream);
    }
    const std::size_t tokens = std::size_t{workload.batch} * workload.tokens;
    core_.set_tokens(model::synthetic_tokens(source_->config(), tokens, 1), stream);
    core_.begin(workload.context, workload.tokens, work_);
  }

  void run(std::size_t row) {
    for (const Piece& piece : map_.groups[row]) {
      if (!map_.streams_norms && piece.kind == TensorKind::kQuery) norm(TensorKind::kInputNorm);
      if (!map_.streams_norms && piece.kind == TensorKind::kGate) norm(TensorKind::kPostNorm);
      core_.run(piece.kind, 0, weights_[row].as<Element>(piece.offset), work_);
    }
  }
  [[nodiscard]] std::size_t count() const noexcept { return weights_.size(); }

 private:
  static model::Workload first_layer(model::Workload workload) {
    workload.shape.layers = 1;
    if (workload.architecture) workload.architecture->vocab = 64;  // neither embedding nor head is timed
    return workload;
  }
  void norm(TensorKind kind) { core_.run(kind, 0, core_.norm(kind, 0), work_); }

  model::Workload one_layer_;
  std::unique_ptr<model::WeightSource> source_;
  UnitMap map_;
  HostWeights host_;
  StreamWork work_;
  Core core_;
  std::vector<DeviceMemory> weights_;
};

/// The kernel nodes of what `enqueue` captures on `stream`.
std::uint32_t count_kernels(cudaStream_t stream, const std::function<void()>& enqueue) {
  OFFLEDGER_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  cudaGraph_t graph = nullptr;
  try {
    enqueue();
  } catch (...) {
    OFFLEDGER_CUDA_NOTHROW(cudaStreamEndCapture(stream, &graph));
    if (graph != nullptr) OFFLEDGER_CUDA_NOTHROW(cudaGraphDestroy(graph));
    throw;
  }
  OFFLEDGER_CUDA(cudaStreamEndCapture(stream, &graph));
  std::size_t count = 0;
  OFFLEDGER_CUDA(cudaGraphGetNodes(graph, nullptr, &count));
  std::vector<cudaGraphNode_t> nodes(count);
  OFFLEDGER_CUDA(cudaGraphGetNodes(graph, nodes.data(), &count));
  const auto kernels = std::count_if(nodes.begin(), nodes.end(), [](cudaGraphNode_t node) {
    cudaGraphNodeType type{};
    OFFLEDGER_CUDA(cudaGraphNodeGetType(node, &type));
    return type == cudaGraphNodeTypeKernel;
  });
  OFFLEDGER_CUDA(cudaGraphDestroy(graph));
  return static_cast<std::uint32_t>(kernels);
}

}  // namespace

std::vector<model::UnitCost> measure_units(const model::Workload& workload) {
  const Stream stream(0);
  LayerUnits units(workload, stream.get());
  const Nanos settled = host_now() + Nanos(kSettle);
  while (host_now() < settled) {
    for (std::size_t row = 0; row < units.count(); ++row) units.run(row);
    OFFLEDGER_CUDA(cudaStreamSynchronize(stream.get()));
  }
  std::vector<std::vector<Nanos>> times(units.count());
  const Nanos enough = host_now() + Nanos(kSettle);
  for (std::size_t round = 0; round < kLeastRounds || (host_now() < enough && round < kMostRounds); ++round) {
    // All units are enqueued before any is waited for: the device does not idle between them.
    std::vector<TimedEvent> marks(units.count() + 1);
    marks[0].record(stream.get());
    for (std::size_t row = 0; row < units.count(); ++row) {
      units.run(row);
      marks[row + 1].record(stream.get());
    }
    marks.back().wait();
    for (std::size_t row = 0; row < units.count(); ++row)
      times[row].push_back(marks[row + 1].since(marks[row]));
  }
  std::vector<model::UnitCost> costs;
  for (std::size_t row = 0; row < units.count(); ++row) {
    costs.push_back({median(times[row]), count_kernels(stream.get(), [&] { units.run(row); })});
  }
  return costs;
}

}  // namespace offledger::cuda
