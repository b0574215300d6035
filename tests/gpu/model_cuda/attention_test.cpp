// SPDX-License-Identifier: Apache-2.0
#include "harness/model/cuda/attention.hpp"

#include <cmath>
#include <random>
#include <vector>

#include "harness/model/cuda/cuda_error.hpp"
#include "harness/model/cuda/memory.hpp"
#include "harness/model/tensors.hpp"
#include "schedules/base/error.hpp"
#include "tests/gpu/needs_gpu.hpp"

namespace offledger::model::cuda {
namespace {

struct Data {
  std::vector<Bf16> query, keys, values;
};

std::vector<Bf16> random_values(std::size_t count, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<Bf16> out(count);
  for (Bf16& value : out) value = to_bf16(normal(random));
  return out;
}

Data random_data(const AttentionShape& s, std::uint32_t seed) {
  std::mt19937 random(seed);
  const std::size_t cache = std::size_t{s.batch} * s.kv_heads * s.capacity * s.head_dim;
  return {random_values(std::size_t{s.batch} * s.tokens * s.heads * s.head_dim, random),
          random_values(cache, random), random_values(cache, random)};
}

using Path = void (*)(const AttentionShape&, const AttentionBuffers&, cudaStream_t);

std::vector<float> run(const AttentionShape& s, const Data& data, Path path) {
  Layout layout;
  const std::size_t query = layout.add(2 * data.query.size()), keys = layout.add(2 * data.keys.size());
  const std::size_t values = layout.add(2 * data.values.size()), out = layout.add(2 * data.query.size());
  AttentionShape decode = s;
  decode.tokens = 1;
  const std::size_t workspace = layout.add(attention_workspace_bytes(decode));
  const DeviceMemory memory(layout.bytes());
  OFFLEDGER_CUDA(cudaMemset(memory.data(), 0xFF, memory.size()));  // what is not written stays NaN
  const auto upload = [&](std::size_t at, const std::vector<Bf16>& from) {
    OFFLEDGER_CUDA(cudaMemcpy(memory.data() + at, from.data(), 2 * from.size(), cudaMemcpyHostToDevice));
  };
  upload(query, data.query);
  upload(keys, data.keys);
  upload(values, data.values);
  path(s,
       {memory.as<__nv_bfloat16>(query), memory.as<__nv_bfloat16>(keys), memory.as<__nv_bfloat16>(values),
        memory.as<__nv_bfloat16>(out), memory.as<float>(workspace)},
       nullptr);
  std::vector<Bf16> result(data.query.size());
  OFFLEDGER_CUDA(cudaMemcpy(result.data(), memory.data() + out, 2 * result.size(), cudaMemcpyDeviceToHost));
  std::vector<float> floats;
  for (const Bf16 value : result) floats.push_back(to_float(value));
  return floats;
}

/// Double precision, one formula at a time.
std::vector<double> reference(const AttentionShape& s, const Data& data) {
  std::vector<double> out(data.query.size());
  const std::size_t dim = s.head_dim;
  for (std::size_t b = 0; b < s.batch; ++b) {
    for (std::size_t i = 0; i < s.tokens; ++i) {
      for (std::size_t h = 0; h < s.heads; ++h) {
        const std::size_t q = ((b * s.tokens + i) * s.heads + h) * dim;
        const std::size_t kv = (b * s.kv_heads + h / (s.heads / s.kv_heads)) * s.capacity * dim;
        std::vector<double> scores(s.first_position + i + 1);
        double highest = -1e300, total = 0.0;
        for (std::size_t j = 0; j < scores.size(); ++j) {
          for (std::size_t d = 0; d < dim; ++d) {
            scores[j] += static_cast<double>(to_float(data.query[q + d])) *
                         static_cast<double>(to_float(data.keys[kv + j * dim + d]));
          }
          scores[j] /= std::sqrt(static_cast<double>(dim));
          highest = std::max(highest, scores[j]);
        }
        for (double& score : scores) total += score = std::exp(score - highest);
        for (std::size_t j = 0; j < scores.size(); ++j) {
          for (std::size_t d = 0; d < dim; ++d) {
            out[q + d] += scores[j] / total * static_cast<double>(to_float(data.values[kv + j * dim + d]));
          }
        }
      }
    }
  }
  return out;
}

/// NaN where any element is: never passes.
double relative_error(const std::vector<float>& found, const std::vector<double>& expected) {
  double difference = 0.0, norm = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference +=
        (static_cast<double>(found[i]) - expected[i]) * (static_cast<double>(found[i]) - expected[i]);
    norm += expected[i] * expected[i];
  }
  return std::sqrt(difference / norm);
}

class AttentionTest : public test::GpuTest {};

TEST_F(AttentionTest, PrefillEqualsTheFormula) {
  const AttentionShape shapes[] = {
      {1, 2, 4, 4, 128, 0, 2},      // one tile, nearly empty
      {1, 64, 2, 1, 128, 0, 64},    // one tile of keys
      {1, 128, 2, 2, 64, 0, 128},   // one block of queries
      {2, 200, 8, 2, 128, 0, 256},  // ragged, two sequences, groups of four
      {1, 333, 4, 1, 32, 0, 400},   //
      {1, 130, 4, 2, 64, 77, 300},  // a context before the first token
      {3, 65, 6, 3, 128, 500, 600},
  };
  std::uint32_t seed = 1;
  for (const AttentionShape& shape : shapes) {
    const Data data = random_data(shape, seed++);
    EXPECT_LT(relative_error(run(shape, data, attention_prefill), reference(shape, data)), 6e-3)
        << "tokens " << shape.tokens << " head_dim " << shape.head_dim << " from " << shape.first_position;
  }
}

TEST_F(AttentionTest, DecodeEqualsTheFormula) {
  const AttentionShape shapes[] = {
      {1, 1, 4, 4, 128, 0, 1},                                      // a cache of one
      {1, 1, 8, 1, 128, 127, 128},                                  // one chunk, full
      {2, 1, 8, 2, 64, 128, 200},                                   // one key in the second chunk
      {1, 1, 64, 8, 128, 4999, 5000}, {1, 1, 40, 2, 32, 300, 512},  // more heads a kv head than a block takes
  };
  std::uint32_t seed = 100;
  for (const AttentionShape& shape : shapes) {
    const Data data = random_data(shape, seed++);
    EXPECT_LT(relative_error(run(shape, data, attention_decode), reference(shape, data)), 6e-3)
        << "position " << shape.first_position << " head_dim " << shape.head_dim;
  }
}

TEST_F(AttentionTest, LargeScoresStayFinite) {
  const AttentionShape shape{1, 150, 2, 1, 64, 0, 150};
  Data data = random_data(shape, 7);
  for (Bf16& value : data.query) value = to_bf16(60.0F * to_float(value));
  EXPECT_LT(relative_error(run(shape, data, attention_prefill), reference(shape, data)), 1e-2);
}

TEST_F(AttentionTest, KeysAfterTheLastTokenAreNotRead) {
  const AttentionShape shape{1, 100, 2, 1, 128, 0, 256};
  Data data = random_data(shape, 8);
  const std::vector<float> clean = run(shape, data, attention_prefill);
  for (std::size_t i = 100 * 128; i < data.keys.size(); ++i) data.keys[i] = data.values[i] = Bf16{0xFFFF};
  EXPECT_EQ(run(shape, data, attention_prefill), clean);
}

TEST_F(AttentionTest, SameBitsEachTime) {
  const AttentionShape prefill{1, 777, 8, 2, 128, 0, 777}, decode{2, 1, 8, 2, 128, 776, 777};
  const Data some = random_data(prefill, 9), other = random_data(decode, 10);
  const auto first = run(prefill, some, attention_prefill);
  const auto second = run(decode, other, attention_decode);
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(run(prefill, some, attention_prefill), first);
    ASSERT_EQ(run(decode, other, attention_decode), second);
  }
}

TEST_F(AttentionTest, UnknownHeadDimIsRefused) {
  EXPECT_THROW(attention_prefill({1, 2, 2, 2, 80, 0, 2}, {}, nullptr), Error);
  EXPECT_THROW(attention_decode({1, 1, 2, 2, 80, 0, 2}, {}, nullptr), Error);
}

}  // namespace
}  // namespace offledger::model::cuda
