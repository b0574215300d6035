// SPDX-License-Identifier: Apache-2.0
#include "harness/device/cuda/layer_units.hpp"

#include <algorithm>
#include <thread>

namespace offledger::cuda {
namespace {

using model::TensorKind;
using model::cuda::Element;

constexpr std::uint64_t kCopyBytes = std::uint64_t{64} << 20;
constexpr double kCopyBytesPerNs =
    50.0;  ///< no less than a PCIe 5 link brings: copies end before the round does

model::Workload first_layer(model::Workload workload) {
  workload.shape.layers = 1;
  if (workload.architecture) workload.architecture->vocab = 64;  // neither embedding nor head is timed
  return workload;
}

}  // namespace

LayerUnits::LayerUnits(const model::Workload& workload)
    : one_layer_(first_layer(workload)),
      compute_(0),
      copy_(0),
      source_(model::synthetic_weights(model::config_of(one_layer_), 1)),
      map_(map_units(one_layer_.shape, source_->config())),
      host_(one_layer_.shape, 1),
      work_(compute_.get()),
      core_(*source_, {workload.batch, workload.tokens, workload.context + workload.tokens}, 1, work_),
      copied_(plan::Source::kPinned, kCopyBytes),
      arrived_(kCopyBytes) {
  for (std::uint32_t row = 0; row < one_layer_.shape.groups.size(); ++row) {
    weights_.emplace_back(one_layer_.shape.groups[row].bytes());
    host_.load_unit(plan::UnitId{row}, map_, *source_, weights_.back().data(), compute_.get());
  }
  const std::size_t tokens = std::size_t{workload.batch} * workload.tokens;
  core_.set_tokens(model::synthetic_tokens(source_->config(), tokens, 1), compute_.get());
  core_.begin(workload.context, workload.tokens, work_);
  OFFLEDGER_CUDA(cudaDeviceSynchronize());
}

void LayerUnits::run(std::size_t row) {
  for (const Piece& piece : map_.groups[row]) {
    if (!map_.streams_norms && piece.kind == TensorKind::kQuery) norm(TensorKind::kInputNorm);
    if (!map_.streams_norms && piece.kind == TensorKind::kGate) norm(TensorKind::kPostNorm);
    core_.run(piece.kind, 0, weights_[row].as<Element>(piece.offset), work_);
  }
}

void LayerUnits::copy_beside(Nanos duration) {
  const auto copies = static_cast<std::uint64_t>(static_cast<double>(duration.count()) * kCopyBytesPerNs /
                                                 static_cast<double>(kCopyBytes));
  for (std::uint64_t i = 0; i < copies; ++i) {
    OFFLEDGER_CUDA(
        cudaMemcpyAsync(arrived_.data(), copied_.data(), kCopyBytes, cudaMemcpyHostToDevice, copy_.get()));
  }
}

std::vector<sim::TimedUnit> LayerUnits::play(std::size_t rounds, double idle, Nanos rest) {
  std::this_thread::sleep_for(rest);
  std::vector<TimedEvent> marks(rounds * (count() + 1));
  std::vector<sim::TimedUnit> played;
  Nanos round_time{};
  for (std::size_t round = 0; round < rounds; ++round) {
    TimedEvent* const mark = &marks[round * (count() + 1)];
    copy_beside(round_time);
    mark[0].record(compute_.get());
    for (std::size_t row = 0; row < count(); ++row) {
      run(row);
      mark[row + 1].record(compute_.get());
    }
    mark[count()].wait();
    for (std::size_t row = 0; row < count(); ++row) {
      played.push_back({row, mark[row].since(marks[0]), mark[row + 1].since(mark[row])});
    }
    round_time = mark[count()].since(mark[0]);
    const auto pause = Nanos(static_cast<std::int64_t>(idle * static_cast<double>(round_time.count())));
    if (pause > Nanos::zero()) std::this_thread::sleep_for(pause);
  }
  OFFLEDGER_CUDA(cudaDeviceSynchronize());
  return played;
}

/// The kernel nodes of what a unit enqueues, captured.
std::uint32_t LayerUnits::kernels(std::size_t row) {
  OFFLEDGER_CUDA(cudaStreamBeginCapture(compute_.get(), cudaStreamCaptureModeThreadLocal));
  cudaGraph_t graph = nullptr;
  try {
    run(row);
  } catch (...) {
    OFFLEDGER_CUDA_NOTHROW(cudaStreamEndCapture(compute_.get(), &graph));
    if (graph != nullptr) OFFLEDGER_CUDA_NOTHROW(cudaGraphDestroy(graph));
    throw;
  }
  OFFLEDGER_CUDA(cudaStreamEndCapture(compute_.get(), &graph));
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

}  // namespace offledger::cuda
