// SPDX-License-Identifier: Apache-2.0
#include "harness/model/safetensors.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "schedules/base/error.hpp"
#include "tests/unit/safetensors/file_builder.hpp"

namespace offledger::model {
namespace {

using test::bytes_of;
using test::safetensors;

const std::string kTwo = R"({"__metadata__": {"format": "pt"},
  "a": {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12]},
  "b": {"dtype": "F32", "shape": [2], "data_offsets": [12, 20]}} )";

std::string error_of(const std::vector<std::byte>& bytes) {
  try {
    (void)parse_safetensors(bytes, "x.safetensors");
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
}

TEST(Safetensors, ReadsNamesShapesAndBytes) {
  std::vector<std::byte> data(20);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i);
  const auto file = safetensors(kTwo, data);
  const StoredTensors tensors = parse_safetensors(file, "x");
  ASSERT_EQ(tensors.size(), 2U);
  EXPECT_EQ(tensors.at("a").shape, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(tensors.at("a").dtype, DType::kBf16);
  EXPECT_EQ(tensors.at("b").bytes.size(), 8U);
  EXPECT_EQ(tensors.at("b").bytes[0], static_cast<std::byte>(12));
}

TEST(Safetensors, AFileCutAnywhereIsRefused) {
  const auto whole = safetensors(kTwo, std::vector<std::byte>(20));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(error_of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}), "")
        << "at " << size;
  }
}

TEST(Safetensors, ForeignFilesAreRefused) {
  EXPECT_NE(error_of(bytes_of(std::vector<std::uint64_t>(100, 0))), "");
  EXPECT_NE(error_of(bytes_of(std::vector<std::uint64_t>(100, UINT64_MAX))), "");
  EXPECT_NE(error_of(bytes_of(std::vector<char>(1000, '{'))), "");
  EXPECT_NE(error_of(safetensors("[]", {})), "");
  EXPECT_NE(error_of(safetensors(R"({"a": 1})", {})), "");
  EXPECT_NE(error_of(safetensors(R"({"a": {"dtype": "BF16"}})", {})), "");
}

TEST(Safetensors, InconsistentTensorsAreRefused) {
  const auto with = [](const std::string& tensor) {
    return error_of(safetensors(R"({"a": )" + tensor + "}", std::vector<std::byte>(64)));
  };
  EXPECT_EQ(with(R"({"dtype": "BF16", "shape": [4], "data_offsets": [0, 8]})"), "");
  EXPECT_NE(with(R"({"dtype": "BF16", "shape": [4], "data_offsets": [0, 6]})"), "") << "too few bytes";
  EXPECT_NE(with(R"({"dtype": "BF16", "shape": [4], "data_offsets": [8, 0]})"), "") << "end before begin";
  EXPECT_NE(with(R"({"dtype": "BF16", "shape": [4], "data_offsets": [60, 68]})"), "") << "past the end";
  EXPECT_NE(with(R"({"dtype": "BF16", "shape": [4], "data_offsets": [-8, 0]})"), "") << "negative";
  EXPECT_NE(with(R"({"dtype": "BF16", "shape": [4], "data_offsets": [0, 8, 16]})"), "") << "three offsets";
  EXPECT_NE(with(R"({"dtype": "BF16", "shape": [-4], "data_offsets": [0, 8]})"), "")
      << "a negative dimension";
  EXPECT_NE(with(R"({"dtype": "F32", "shape": [281474976710656, 281474976710656, 281474976710656],
                     "data_offsets": [0, 8]})"),
            "")
      << "a product past 64 bits";
  EXPECT_NE(with(R"({"dtype": "F32", "shape": [281474976710656, 65536], "data_offsets": [0, 0]})"), "")
      << "a product that wraps to 0";
}

TEST(Safetensors, OverlappingTensorsAreNamed) {
  const std::string error =
      error_of(safetensors(R"({"one": {"dtype": "U8", "shape": [9], "data_offsets": [0, 9]},
      "two": {"dtype": "U8", "shape": [8], "data_offsets": [8, 16]}})",
                           std::vector<std::byte>(16)));
  EXPECT_NE(error.find("'one'"), std::string::npos) << error;
  EXPECT_NE(error.find("'two'"), std::string::npos) << error;
}

TEST(Safetensors, EmptyTensorsOverlapNothing) {
  EXPECT_EQ(error_of(safetensors(R"({"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
      "b": {"dtype": "U8", "shape": [0], "data_offsets": [2, 2]}})",
                                 std::vector<std::byte>(4))),
            "");
}

RC_GTEST_PROP(Safetensors, AnyDamageIsAnErrorOrATensorInside,
              (std::vector<std::pair<std::uint8_t, std::uint8_t>> edits)) {
  std::vector<std::byte> file = safetensors(kTwo, std::vector<std::byte>(20));
  for (const auto& [at, value] : edits) file[at % file.size()] = static_cast<std::byte>(value);
  try {
    for (const auto& [name, tensor] : parse_safetensors(file, "x")) {
      RC_ASSERT(tensor.bytes.empty() ||
                (tensor.bytes.data() >= file.data() &&
                 tensor.bytes.data() + tensor.bytes.size() <= file.data() + file.size()));
    }
  } catch (const Error&) {
  }
}

std::vector<float> converted(DType dtype, const std::vector<std::byte>& bytes, std::size_t count) {
  StoredTensor tensor;
  tensor.dtype = dtype;
  tensor.dtype_name = "X";
  tensor.bytes = bytes;
  std::vector<Bf16> out(count);
  to_bf16(tensor, out, "t");
  std::vector<float> floats;
  for (const Bf16 value : out) floats.push_back(to_float(value));
  return floats;
}

TEST(Safetensors, ConvertsFloats) {
  EXPECT_EQ(converted(DType::kF32, bytes_of(std::vector<float>{1.5F, -0.25F}), 2),
            (std::vector<float>{1.5F, -0.25F}));
  EXPECT_EQ(converted(DType::kBf16, bytes_of(std::vector<std::uint16_t>{0x3F80, 0xC000}), 2),
            (std::vector<float>{1.0F, -2.0F}));
  // Halves: 1, -2, 65504 (rounds to 65536 in bf16), the smallest subnormal 2^-24, infinity, -0.
  const auto half = converted(
      DType::kF16, bytes_of(std::vector<std::uint16_t>{0x3C00, 0xC000, 0x7BFF, 1, 0x7C00, 0x8000}), 6);
  EXPECT_EQ(half, (std::vector<float>{1.0F, -2.0F, 65536.0F, 5.9604644775390625e-08F,
                                      std::numeric_limits<float>::infinity(), -0.0F}));
}

TEST(Safetensors, RefusesOtherTypesAndSizes) {
  const std::vector<std::byte> bytes(8);
  EXPECT_THROW(converted(DType::kOther, bytes, 8), Error);
  EXPECT_THROW(converted(DType::kF32, bytes, 3), Error);
  EXPECT_THROW(converted(DType::kBf16, bytes, 3), Error);
}

}  // namespace
}  // namespace offledger::model
