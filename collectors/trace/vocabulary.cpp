// SPDX-License-Identifier: Apache-2.0
#include "collectors/trace/vocabulary.hpp"

#include <charconv>

namespace offledger::trace {
namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// The length of a "_v123" at the end of `name`, or 0.
std::size_t version_suffix(std::string_view name) noexcept {
  std::size_t digits = 0;
  while (digits < name.size() && is_digit(name[name.size() - 1 - digits])) ++digits;
  const std::size_t length = digits + 2;
  if (digits == 0 || name.size() <= length || name.substr(name.size() - length, 2) != "_v") return 0;
  return length;
}

}  // namespace

std::string_view base_api_name(std::string_view name) noexcept {
  for (;;) {
    if (name.ends_with("_ptsz") || name.ends_with("_ptds")) {
      name.remove_suffix(5);
    } else if (const std::size_t length = version_suffix(name); length != 0) {
      name.remove_suffix(length);
    } else {
      return name;
    }
  }
}

KernelClass kernel_class(std::string_view kernel_name) noexcept {
  if (kernel_name.starts_with("void ")) kernel_name.remove_prefix(5);
  const bool collective = kernel_name.starts_with("nccl") || kernel_name.starts_with("rccl") ||
                          kernel_name.starts_with("mscclKernel") || kernel_name.starts_with("mscclpp");
  return collective ? KernelClass::kCollective : KernelClass::kCompute;
}

std::optional<std::int32_t> profiler_step(std::string_view range_name) noexcept {
  constexpr std::string_view kMark = "ProfilerStep#";
  if (!range_name.starts_with(kMark)) return std::nullopt;
  range_name.remove_prefix(kMark.size());
  std::int32_t step = 0;
  const auto [end, error] = std::from_chars(range_name.data(), range_name.data() + range_name.size(), step);
  if (error != std::errc{} || end != range_name.data() + range_name.size() || step < 0) return std::nullopt;
  return step;
}

}  // namespace offledger::trace
