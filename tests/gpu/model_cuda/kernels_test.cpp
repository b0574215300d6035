// SPDX-License-Identifier: Apache-2.0
#include "harness/model/cuda/kernels.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "harness/model/cuda/cuda_error.hpp"
#include "harness/model/cuda/memory.hpp"
#include "harness/model/weights.hpp"
#include "tests/gpu/needs_gpu.hpp"
#include "tests/gpu/small_llama.hpp"

namespace offledger::model::cuda {
namespace {

class KernelsTest : public test::GpuTest {};

template <typename T>
DeviceMemory upload(const std::vector<T>& from) {
  DeviceMemory memory(from.size() * sizeof(T));
  OFFLEDGER_CUDA(cudaMemcpy(memory.data(), from.data(), memory.size(), cudaMemcpyHostToDevice));
  return memory;
}

template <typename T>
std::vector<T> download(const DeviceMemory& memory) {
  std::vector<T> out(memory.size() / sizeof(T));
  OFFLEDGER_CUDA(cudaMemcpy(out.data(), memory.data(), memory.size(), cudaMemcpyDeviceToHost));
  return out;
}

TEST_F(KernelsTest, SyntheticWeightsHaveTheCpusBits) {
  const auto source = synthetic_weights(test::small_llama(), 99);
  for (const TensorKind kind :
       {TensorKind::kInputNorm, TensorKind::kQuery, TensorKind::kDown, TensorKind::kHead}) {
    std::vector<Bf16> expected(shape_of(source->config(), kind).elements());
    source->read(kind, 2, expected);
    const DeviceMemory memory(2 * expected.size());
    fill_synthetic(*source->synthetic(kind, 2), memory.as<Element>(), expected.size(), nullptr);
    EXPECT_EQ(download<Bf16>(memory), expected) << name_of(kind);
  }
}

TEST_F(KernelsTest, ArgmaxTakesTheLowestOfEqualsAndSkipsNaN) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInf = std::numeric_limits<float>::infinity();
  std::vector<float> logits;
  const auto row = [&](std::vector<std::pair<std::size_t, float>> set) {
    std::vector<float> values(1000, -1.0F);
    for (const auto& [at, value] : set) values[at] = value;
    logits.insert(logits.end(), values.begin(), values.end());
  };
  row({{700, 3.0F}, {123, 3.0F}, {999, 2.0F}});
  row({{5, kNan}, {6, kInf}, {4, kInf}});
  row({{999, 0.0F}});
  logits.insert(logits.end(), 1000, kNan);
  logits.insert(logits.end(), 1000, -kInf);
  const DeviceMemory in = upload(logits), out(5 * sizeof(std::int32_t));
  argmax(in.as<float>(), out.as<std::int32_t>(), 5, 1000, nullptr);
  EXPECT_EQ(download<std::int32_t>(out), (std::vector<std::int32_t>{123, 4, 999, 0, 0}));
}

TEST_F(KernelsTest, NormEqualsTheFormula) {
  constexpr std::uint32_t kRows = 3, kColumns = 4104;  // more than a pass of the block, and ragged
  std::vector<Bf16> x(kRows * kColumns), weight(kColumns);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = to_bf16(std::sin(static_cast<float>(i)) * 5.0F);
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = to_bf16(std::cos(static_cast<float>(i)));
  const DeviceMemory in = upload(x), w = upload(weight), out(2 * x.size());
  rms_norm(in.as<Element>(), w.as<Element>(), out.as<Element>(), kRows, kColumns, 1e-5F, nullptr);
  const auto found = download<Bf16>(out);
  for (std::uint32_t row = 0; row < kRows; ++row) {
    double squares = 0.0;
    for (std::uint32_t i = 0; i < kColumns; ++i)
      squares += std::pow(static_cast<double>(to_float(x[row * kColumns + i])), 2);
    const double scale = 1.0 / std::sqrt(squares / kColumns + 1e-5);
    for (std::uint32_t i = 0; i < kColumns; ++i) {
      const double expected = static_cast<double>(to_float(x[row * kColumns + i])) * scale *
                              static_cast<double>(to_float(weight[i]));
      ASSERT_NEAR(static_cast<double>(to_float(found[row * kColumns + i])), expected,
                  std::abs(expected) * 5e-3 + 1e-6);
    }
  }
}

TEST_F(KernelsTest, SpinTakesItsTime) {
  cudaEvent_t begin{}, end{};
  OFFLEDGER_CUDA(cudaEventCreate(&begin));
  OFFLEDGER_CUDA(cudaEventCreate(&end));
  OFFLEDGER_CUDA(cudaEventRecord(begin));
  spin(3'000'000, nullptr);
  OFFLEDGER_CUDA(cudaEventRecord(end));
  OFFLEDGER_CUDA(cudaEventSynchronize(end));
  float ms = 0.0F;
  OFFLEDGER_CUDA(cudaEventElapsedTime(&ms, begin, end));
  EXPECT_GE(ms, 2.5F);
  OFFLEDGER_CUDA(cudaEventDestroy(begin));
  OFFLEDGER_CUDA(cudaEventDestroy(end));
}

}  // namespace
}  // namespace offledger::model::cuda
