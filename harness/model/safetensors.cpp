// SPDX-License-Identifier: Apache-2.0
#include "harness/model/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "schedules/base/error.hpp"
#include "schedules/base/json.hpp"

namespace offledger::model {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMostHeaderBytes = 100'000'000;  // the format's own limit
constexpr std::int64_t kMostDimension = std::int64_t{1} << 48;

Error damaged(const std::string& file, const std::string& message) {
  return {ErrorKind::kUsage, file + ": not a safetensors file, or damaged: " + message};
}

struct TypeInfo {
  std::string_view name;
  DType dtype;
  std::uint64_t bytes;
};

constexpr TypeInfo kTypes[] = {
    {"BF16", DType::kBf16, 2},  {"F16", DType::kF16, 2},       {"F32", DType::kF32, 4},
    {"F64", DType::kOther, 8},  {"I64", DType::kOther, 8},     {"I32", DType::kOther, 4},
    {"I16", DType::kOther, 2},  {"I8", DType::kOther, 1},      {"U64", DType::kOther, 8},
    {"U32", DType::kOther, 4},  {"U16", DType::kOther, 2},     {"U8", DType::kOther, 1},
    {"BOOL", DType::kOther, 1}, {"F8_E4M3", DType::kOther, 1}, {"F8_E5M2", DType::kOther, 1}};

const TypeInfo* find_type(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeInfo& t) { return t.name == name; });
  return found == std::end(kTypes) ? nullptr : found;
}

/// shape's elements times `element_bytes`, or empty where that passes 2^62.
std::optional<std::uint64_t> bytes_of(const std::vector<std::uint64_t>& shape, std::uint64_t element_bytes) {
  std::uint64_t bytes = element_bytes;
  for (const std::uint64_t dimension : shape) {
    if (dimension != 0 && bytes > (std::uint64_t{1} << 62) / dimension) return std::nullopt;
    bytes *= dimension;
  }
  return bytes;
}

StoredTensor parse_tensor(const json::Value& value, std::span<const std::byte> data) {
  json::Object object = value.object();
  StoredTensor tensor;
  tensor.dtype_name = object.at("dtype").string();
  const TypeInfo* type = find_type(tensor.dtype_name);
  if (type != nullptr) tensor.dtype = type->dtype;
  for (const json::Value& dimension : object.at("shape").array()) {
    tensor.shape.push_back(static_cast<std::uint64_t>(dimension.integer(0, kMostDimension)));
  }
  const json::Value place = object.at("data_offsets");
  const std::vector<json::Value> offsets = place.array();
  if (offsets.size() != 2) throw place.error("expected [begin, end]");
  const auto begin = static_cast<std::uint64_t>(offsets[0].integer(0));
  const auto end = static_cast<std::uint64_t>(offsets[1].integer(0));
  if (begin > end || end > data.size()) {
    throw place.error(
        fmt::format("expected begin <= end <= {}, the bytes that follow the header; found [{}, {}]",
                    data.size(), begin, end));
  }
  tensor.bytes = data.subspan(begin, end - begin);
  if (type == nullptr) return tensor;
  const auto expected = bytes_of(tensor.shape, type->bytes);
  if (!expected || *expected != end - begin) {
    throw place.error(fmt::format("expected the {} bytes of its shape and type, found {}",
                                  expected ? std::to_string(*expected) : "more than 2^62", end - begin));
  }
  return tensor;
}

void refuse_overlap(const StoredTensors& tensors, const std::string& file) {
  std::vector<const StoredTensors::value_type*> order;
  for (const auto& entry : tensors) {
    if (!entry.second.bytes.empty()) order.push_back(&entry);
  }
  const auto begin = [](const auto* entry) { return entry->second.bytes.data(); };
  std::sort(order.begin(), order.end(), [&](const auto* a, const auto* b) { return begin(a) < begin(b); });
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (begin(order[i]) < begin(order[i - 1]) + order[i - 1]->second.bytes.size()) {
      throw damaged(file, fmt::format("tensors '{}' and '{}' overlap", order[i - 1]->first, order[i]->first));
    }
  }
}

float half_to_float(std::uint16_t half) noexcept {
  const std::uint32_t sign = std::uint32_t{half & 0x8000U} << 16, fraction = half & 0x3FFU;
  const std::uint32_t exponent = half >> 10 & 0x1FU;
  if (exponent == 0x1FU) return std::bit_cast<float>(sign | 0x7F800000U | fraction << 13);
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112U) << 23 | fraction << 13);
  const float magnitude = static_cast<float>(fraction) * (1.0F / 16777216.0F);  // subnormal: fraction * 2^-24
  return sign != 0 ? -magnitude : magnitude;
}

template <typename T>
T element(std::span<const std::byte> bytes, std::size_t i) noexcept {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

}  // namespace

StoredTensors parse_safetensors(std::span<const std::byte> bytes, const std::string& file) {
  static_assert(std::endian::native == std::endian::little);
  if (bytes.size() < kLengthBytes) {
    throw damaged(file, fmt::format("expected 8 bytes of header length, found {} in all", bytes.size()));
  }
  const auto length = element<std::uint64_t>(bytes, 0);
  if (length > kMostHeaderBytes || length > bytes.size() - kLengthBytes) {
    throw damaged(file,
                  fmt::format("its header is said to have {} bytes, {} follow (and at most {} are allowed)",
                              length, bytes.size() - kLengthBytes, kMostHeaderBytes));
  }
  const std::string_view header(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, length);
  if (header.empty() || header.front() != '{') throw damaged(file, "its header is no JSON object");
  const json::Document document = json::Document::parse(header, file);
  StoredTensors tensors;
  for (const auto& [name, value] : document.root().object().members()) {
    if (name == "__metadata__") continue;
    tensors.emplace(name, parse_tensor(value, bytes.subspan(kLengthBytes + length)));
  }
  refuse_overlap(tensors, file);
  return tensors;
}

void to_bf16(const StoredTensor& tensor, std::span<Bf16> out, const std::string& where) {
  const std::uint64_t width = tensor.dtype == DType::kF32 ? 4 : 2;
  if (tensor.dtype == DType::kOther) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: expected bf16, f16 or f32 weights, found {}: quantised "
                                               "checkpoints are not supported",
                                               where, tensor.dtype_name));
  }
  if (tensor.bytes.size() != out.size() * width) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: expected {} elements, found {}", where, out.size(),
                                               tensor.bytes.size() / width));
  }
  switch (tensor.dtype) {
    case DType::kBf16:
      if (!out.empty()) std::memcpy(out.data(), tensor.bytes.data(), tensor.bytes.size());
      return;
    case DType::kF16:
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = to_bf16(half_to_float(element<std::uint16_t>(tensor.bytes, i)));
      }
      return;
    case DType::kF32:
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = to_bf16(element<float>(tensor.bytes, i));
      return;
    case DType::kOther: return;
  }
}

}  // namespace offledger::model
