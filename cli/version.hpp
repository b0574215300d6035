// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace offledger::cli {

inline constexpr std::string_view kVersion = OFFLEDGER_VERSION;

}  // namespace offledger::cli
