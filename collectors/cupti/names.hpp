// SPDX-License-Identifier: Apache-2.0
//
// Names as people know them: CUPTI gives an API function by a number for each version of it, and a kernel by
// its mangled symbol.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "collectors/trace/timeline.hpp"

namespace offledger::cupti {

/// The function of a callback id, as trace::base_api_name gives it; nullopt for an id that this libcupti does
/// not know.
std::optional<std::string> api_name(trace::Api api, std::uint32_t cbid);

/// The C++ name of a mangled symbol, or the symbol itself where it is not one.
std::string demangle(const char* symbol);

}  // namespace offledger::cupti
