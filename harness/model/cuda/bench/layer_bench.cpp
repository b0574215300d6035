// SPDX-License-Identifier: Apache-2.0
//
// What one layer of a 70B-shaped decoder takes on this device: the attn and ffn sublayers and the attention
// kernel apart, at several token counts, with the rate that their floating-point operations come to. It
// checks its own answer: sampled rows of attention against a double-precision sum, and the layer's first
// token against the CPU decoder.
//
//     layer_bench [--repeat N] [T…]       default: 20, and 1 2048 8192 12288

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "harness/model/cuda/core.hpp"
#include "harness/model/cuda/cuda_error.hpp"
#include "harness/model/llama_reference.hpp"
#include "schedules/base/error.hpp"

namespace {

using namespace offledger::model;        // NOLINT: a program, not a header
using namespace offledger::model::cuda;  // NOLINT

LlamaConfig llama_70b_layer() {
  LlamaConfig config;
  config.layers = 1;
  config.hidden = 8192;
  config.ffn = 28672;
  config.heads = 64;
  config.kv_heads = 8;
  config.head_dim = 128;
  config.vocab = 1024;
  return config;
}

/// Median of `repeat` timings by device events, after three warm-ups.
double median_ms(cudaStream_t stream, int repeat, const std::function<void()>& enqueue) {
  cudaEvent_t begin{}, end{};
  OFFLEDGER_CUDA(cudaEventCreate(&begin));
  OFFLEDGER_CUDA(cudaEventCreate(&end));
  std::vector<float> times;
  for (int i = 0; i < repeat + 3; ++i) {
    OFFLEDGER_CUDA(cudaEventRecord(begin, stream));
    enqueue();
    OFFLEDGER_CUDA(cudaEventRecord(end, stream));
    OFFLEDGER_CUDA(cudaEventSynchronize(end));
    float ms = 0.0F;
    OFFLEDGER_CUDA(cudaEventElapsedTime(&ms, begin, end));
    if (i >= 3) times.push_back(ms);
  }
  OFFLEDGER_CUDA(cudaEventDestroy(begin));
  OFFLEDGER_CUDA(cudaEventDestroy(end));
  std::nth_element(times.begin(), times.begin() + repeat / 2, times.end());
  return static_cast<double>(times[static_cast<std::size_t>(repeat / 2)]);
}

template <typename T>
std::vector<T> download(const T* from, std::size_t count) {
  std::vector<T> out(count);
  OFFLEDGER_CUDA(cudaMemcpy(out.data(), from, count * sizeof(T), cudaMemcpyDeviceToHost));
  return out;
}

float value_of(Element e) {
  return __bfloat162float(e);
}

/// || out - ref || / || ref || of attention over sampled (head, row) pairs; the last row of every block is
/// among them.
double attention_error(const Core& core, std::uint32_t tokens) {
  const LlamaConfig& c = core.config();
  const std::size_t dim = c.head_dim, width = c.heads * dim;
  const auto query = download(core.query(), tokens * width), out = download(core.attended(), tokens * width);
  const auto keys = download(core.keys(0), std::size_t{c.kv_heads} * core.shape().capacity * dim);
  const auto values = download(core.values(0), keys.size());
  double difference = 0.0, norm = 0.0;
  for (std::size_t sample = 0; sample < 48; ++sample) {
    const std::size_t row = sample == 0 ? tokens - 1 : (sample * 2654435761U) % tokens,
                      head = sample * 29 % c.heads;
    const std::size_t kv = head / (c.heads / c.kv_heads) * core.shape().capacity * dim;
    std::vector<double> scores(row + 1), expected(dim);
    double highest = -1e300, total = 0.0;
    for (std::size_t j = 0; j <= row; ++j) {
      for (std::size_t d = 0; d < dim; ++d) {
        scores[j] += static_cast<double>(value_of(query[row * width + head * dim + d])) *
                     static_cast<double>(value_of(keys[kv + j * dim + d]));
      }
      scores[j] /= std::sqrt(static_cast<double>(dim));
      highest = std::max(highest, scores[j]);
    }
    for (double& score : scores) total += score = std::exp(score - highest);
    for (std::size_t j = 0; j <= row; ++j) {
      for (std::size_t d = 0; d < dim; ++d) {
        expected[d] += scores[j] / total * static_cast<double>(value_of(values[kv + j * dim + d]));
      }
    }
    for (std::size_t d = 0; d < dim; ++d) {
      const auto found = static_cast<double>(value_of(out[row * width + head * dim + d]));
      difference += (found - expected[d]) * (found - expected[d]);
      norm += expected[d] * expected[d];
    }
  }
  return std::sqrt(difference / norm);
}

/// The same of the layer's first token, whose attention sees only itself, against the CPU decoder.
double first_token_error(const Core& core, const std::vector<float>& expected) {
  const auto found = download(core.stream(), expected.size());
  double difference = 0.0, norm = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto e = static_cast<double>(expected[i]), f = static_cast<double>(value_of(found[i]));
    difference += (f - e) * (f - e);
    norm += e * e;
  }
  return std::sqrt(difference / norm);
}

struct Layer {
  explicit Layer(const WeightSource& source, cudaStream_t stream) {
    Layout layout;
    for (const TensorKind kind : kLayerOrder) {
      offset[static_cast<std::size_t>(kind)] = layout.add(shape_of(source.config(), kind).bytes());
    }
    memory = DeviceMemory(layout.bytes());
    std::vector<Bf16> staging;
    for (const TensorKind kind : kLayerOrder) {
      load_tensor(source, kind, 0, const_cast<Element*>(weight(kind)), staging, stream);
    }
  }
  [[nodiscard]] const Element* weight(TensorKind kind) const {
    return memory.as<Element>(offset[static_cast<std::size_t>(kind)]);
  }
  void run(Core& core, std::size_t from, std::size_t to, const StreamWork& work) const {
    for (std::size_t i = from; i < to; ++i) core.run(kLayerOrder[i], 0, weight(kLayerOrder[i]), work);
  }
  std::size_t offset[kLayerTensors]{};
  DeviceMemory memory;
};

constexpr std::size_t kFfnBegins = 5;

bool measure(const WeightSource& source, const Layer& layer, std::uint32_t tokens, int repeat,
             const std::vector<float>& expected, const StreamWork& work) {
  Core core(source, {1, tokens, tokens}, 0, work);
  const LlamaConfig& c = source.config();
  auto prompt = synthetic_tokens(c, tokens, 7);
  prompt[0] = 3;
  core.set_tokens(prompt, work.stream());
  core.begin(0, tokens, work);
  layer.run(core, 0, kFfnBegins, work);
  layer.run(core, kFfnBegins, kLayerTensors, work);
  OFFLEDGER_CUDA(cudaStreamSynchronize(work.stream()));
  const double attention_off = attention_error(core, tokens), token_off = first_token_error(core, expected);
  const bool good = attention_off < 1e-2 && token_off < 2e-2;  // false for NaN

  core.begin(0, tokens, work);
  const double attn = median_ms(work.stream(), repeat, [&] { layer.run(core, 0, kFfnBegins, work); });
  const double kernel = median_ms(work.stream(), repeat, [&] { core.attend(0, work); });
  core.begin(0, tokens, work);
  const double ffn =
      median_ms(work.stream(), repeat, [&] { layer.run(core, kFfnBegins, kLayerTensors, work); });
  const double t = tokens, h = c.hidden, width = c.heads * c.head_dim, keys = c.kv_heads * c.head_dim;
  const double attention_flop = 4.0 * width * t * (t + 1) / 2.0;
  const double attn_flop = 2.0 * t * h * (2.0 * width + 2.0 * keys) + attention_flop,
               ffn_flop = 6.0 * t * h * c.ffn;
  fmt::print("{:>6} {:>9.3f} {:>7.0f} {:>9.3f} {:>7.0f} {:>9.3f} {:>7.0f}   {:.2e} {:.2e} {}\n", tokens, attn,
             attn_flop / attn * 1e-9, kernel, attention_flop / kernel * 1e-9, ffn, ffn_flop / ffn * 1e-9,
             attention_off, token_off, good ? "ok" : "WRONG");
  return good;
}

int run(int argc, char** argv) {
  int repeat = 20;
  std::vector<std::uint32_t> counts;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--repeat") == 0 && i + 1 < argc) {
      repeat = std::max(1, std::atoi(argv[++i]));
    } else {
      counts.push_back(static_cast<std::uint32_t>(std::max(1, std::atoi(argv[i]))));
    }
  }
  if (counts.empty()) counts = {1, 2048, 8192, 12288};
  cudaDeviceProp device{};
  OFFLEDGER_CUDA(cudaGetDeviceProperties(&device, 0));
  const auto source = synthetic_weights(llama_70b_layer(), 1);
  const std::int32_t first = 3;
  const std::vector<float> expected = LlamaReference(*source, 1).hidden({&first, 1});
  cudaStream_t stream{};
  OFFLEDGER_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  bool good = true;
  {
    const StreamWork work(stream);
    const Layer layer(*source, stream);
    fmt::print("{}, one layer of 8192 wide, 28672 ffn, 64/8 heads, bf16; median of {}, ms and TFLOP/s\n",
               device.name, repeat);
    fmt::print("{:>6} {:>9} {:>7} {:>9} {:>7} {:>9} {:>7}   {:>8} {:>8}\n", "T", "attn", "", "attention", "",
               "ffn", "", "off", "off");
    for (const std::uint32_t tokens : counts)
      good = measure(*source, layer, tokens, repeat, expected, work) && good;
  }
  OFFLEDGER_CUDA(cudaStreamDestroy(stream));
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const offledger::Error& error) {
    fmt::print(stderr, "layer_bench: {}\n", error.what());
    return 4;
  }
}
