// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/capture.hpp"

namespace offledger::cupti {

std::optional<Capture> parse_capture(std::string_view text) {
  constexpr std::string_view kRange = "nvtx:";
  if (text == "all") return Capture{};
  if (text == "cudaProfilerApi") return Capture{Capture::By::kProfilerApi, {}};
  if (text.starts_with(kRange) && text.size() > kRange.size()) {
    return Capture{Capture::By::kRange, std::string(text.substr(kRange.size()))};
  }
  return std::nullopt;
}

}  // namespace offledger::cupti
