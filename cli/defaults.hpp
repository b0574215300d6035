// SPDX-License-Identifier: Apache-2.0
//
// What commands take where nothing is said, and what they share in saying.

#pragma once

#include <cstdint>

namespace offledger::cli {

inline constexpr const char* kDefaultWorkload = "llama70b-prefill-8k";
inline constexpr std::uint32_t kNoisyReps = 10;  ///< of a cell, a side, on a device that is not exact
inline constexpr int kOwnFailure = 125;          ///< exit code, where another would be the measured command's

}  // namespace offledger::cli
