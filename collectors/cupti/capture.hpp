// SPDX-License-Identifier: Apache-2.0
//
// Which part of a program is recorded. Outside of it nothing is collected and next to nothing is paid; each
// time it comes round is a step of the recording.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offledger::cupti {

struct Capture {
  enum class By : std::uint8_t {
    kAlways,
    kProfilerApi,  ///< between cudaProfilerStart and cudaProfilerStop, as serving engines mark what they want
                   ///< seen
    kRange,        ///< while an NVTX range of that name is open, on any thread, in any domain
  };
  By by = By::kAlways;
  std::string range;
  bool operator==(const Capture&) const = default;
};

/// "all", "cudaProfilerApi", "nvtx:NAME"; nullopt for anything else.
std::optional<Capture> parse_capture(std::string_view text);

}  // namespace offledger::cupti
