// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/names.hpp"

#include <cupti.h>
#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace offledger::cupti {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view drop_version(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0 && is_digit(text[end - 1])) --end;
  if (end == text.size() || end < 2 || text[end - 1] != 'v' || text[end - 2] != '_') return text;
  return text.substr(0, end - 2);
}

std::string_view drop_suffix(std::string_view text, std::string_view suffix) {
  return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

}  // namespace

std::string_view strip_version(std::string_view api) {
  // A name carries at most one version on each side of its stream suffix: cuStreamGetCaptureInfo_v2_ptsz.
  std::string_view rest = drop_version(api);
  rest = drop_suffix(drop_suffix(rest, "_ptsz"), "_ptds");
  return drop_version(rest);
}

std::optional<std::string> api_name(trace::Api api, std::uint32_t cbid) {
  const auto domain = api == trace::Api::kRuntime ? CUPTI_CB_DOMAIN_RUNTIME_API : CUPTI_CB_DOMAIN_DRIVER_API;
  const char* name = nullptr;
  if (cuptiGetCallbackName(domain, cbid, &name) != CUPTI_SUCCESS || name == nullptr) return std::nullopt;
  return std::string(strip_version(name));
}

std::string demangle(const char* symbol) {
  if (symbol == nullptr) return {};
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(symbol, nullptr, nullptr, &status), &std::free);
  // Only mangled symbols: "f" would demangle as the type float.
  if (status != 0 || name == nullptr || !std::string_view(symbol).starts_with("_Z")) return symbol;
  return name.get();
}

trace::KernelClass kernel_class(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {"ncclDevKernel", "ncclKernel", "ncclSymDevKernel", "ncclSymk",
                                            "rcclGenericKernel", "mscclKernel"};
  const bool collective = std::any_of(std::begin(kPrefixes), std::end(kPrefixes), [&](std::string_view prefix) {
    const std::size_t at = name.find(prefix);
    // At the start, or as a word of a demangled signature: "void ncclKernel_AllReduce…(…)".
    return at != std::string_view::npos && (at == 0 || name[at - 1] == ' ' || name[at - 1] == ':');
  });
  return collective ? trace::KernelClass::kCollective : trace::KernelClass::kCompute;
}

}  // namespace offledger::cupti
