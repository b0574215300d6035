// SPDX-License-Identifier: Apache-2.0
//
// The safetensors file format: eight bytes of header length (little endian), a JSON header, the tensors'
// bytes,
//
//     {"name": {"dtype": "BF16", "shape": [8, 4], "data_offsets": [begin, end]}, …, "__metadata__": {…}}
//
// with offsets counted from the end of the header. Files come from anywhere: every number is checked before
// it is used, and a file that says two things at once is refused.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/tensors.hpp"

namespace offledger::model {

/// The element types that weights come in; tensors of other types are listed, and refused when they are read.
enum class DType : std::uint8_t { kBf16, kF16, kF32, kOther };

struct StoredTensor {
  DType dtype = DType::kOther;
  std::string dtype_name;
  std::vector<std::uint64_t> shape;
  std::span<const std::byte> bytes;
};

using StoredTensors = std::map<std::string, StoredTensor, std::less<>>;

/// The tensors of a whole file's bytes, which must outlive the result. Throws Error(kUsage), naming `file`,
/// for a file that is truncated, foreign, or inconsistent: a header longer than the file or 100 MB, offsets
/// outside it, sizes that do not match shape and type, tensors that overlap.
[[nodiscard]] StoredTensors parse_safetensors(std::span<const std::byte> bytes, const std::string& file);

/// Converts to bf16, rounding to nearest even. `where` names the tensor in errors: a type that is none of
/// bf16, f16, f32, or another number of elements than `out` has.
void to_bf16(const StoredTensor& tensor, std::span<Bf16> out, const std::string& where);

}  // namespace offledger::model
