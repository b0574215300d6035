// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/names.hpp"

#include <cupti.h>
#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "collectors/trace/vocabulary.hpp"

namespace offledger::cupti {

std::optional<std::string> api_name(trace::Api api, std::uint32_t cbid) {
  const auto domain = api == trace::Api::kRuntime ? CUPTI_CB_DOMAIN_RUNTIME_API : CUPTI_CB_DOMAIN_DRIVER_API;
  const char* name = nullptr;
  if (cuptiGetCallbackName(domain, cbid, &name) != CUPTI_SUCCESS || name == nullptr) return std::nullopt;
  return std::string(trace::base_api_name(name));
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

}  // namespace offledger::cupti
