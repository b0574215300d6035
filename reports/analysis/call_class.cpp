// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/call_class.hpp"

#include <algorithm>
#include <array>

namespace offledger::analysis {
namespace {

bool contains(std::string_view text, std::string_view part) noexcept {
  return text.find(part) != std::string_view::npos;
}

template <std::size_t N>
bool begins_with_one_of(std::string_view text, const std::array<std::string_view, N>& heads) noexcept {
  return std::any_of(heads.begin(), heads.end(),
                     [&](std::string_view head) { return text.starts_with(head); });
}

constexpr std::array<std::string_view, 8> kPinned{"HostAlloc",       "HostRegister",     "HostUnregister",
                                                  "MallocHost",      "FreeHost",         "MemHostAlloc",
                                                  "MemHostRegister", "MemHostUnregister"};
constexpr std::array<std::string_view, 10> kDeviceMemory{
    "Malloc", "Free",     "MemAlloc",   "MemFree",           "MemCreate",
    "MemMap", "MemUnmap", "MemRelease", "MemAddressReserve", "MemSetAccess"};

/// `rest` is the name without its "cuda" or "cu".
CallClass classify(std::string_view rest) noexcept {
  if (rest.starts_with("Launch") || rest.starts_with("GraphLaunch")) {
    return contains(rest, "HostFunc") ? CallClass::kEnqueue : CallClass::kLaunch;
  }
  if (rest.starts_with("Memcpy"))
    return contains(rest, "Async") ? CallClass::kAsyncCopy : CallClass::kSyncCopy;
  if (contains(rest, "Synchronize")) return CallClass::kSync;
  if (begins_with_one_of(rest, kPinned) || rest.starts_with("MemAllocHost") ||
      rest.starts_with("MemFreeHost")) {
    return CallClass::kPinning;
  }
  if (begins_with_one_of(rest, kDeviceMemory)) {
    if (contains(rest, "Async") || contains(rest, "FromPool")) return CallClass::kEnqueue;
    return rest.starts_with("MemAllocationGet") ? CallClass::kOther : CallClass::kAllocation;
  }
  if (rest.starts_with("Memset") || rest.starts_with("EventRecord") || rest.starts_with("StreamWaitEvent") ||
      rest.starts_with("MemPrefetch") || rest.starts_with("StreamAddCallback")) {
    return CallClass::kEnqueue;
  }
  return CallClass::kOther;
}

}  // namespace

CallClass classify_call(std::string_view name) noexcept {
  if (name.starts_with("cuda")) return classify(name.substr(4));
  if (name.starts_with("cuCtxSynchronize")) return CallClass::kSync;
  if (name.starts_with("cu")) {
    // The driver spells memsets cuMemset* and cuMemsetD8*, events cuEvent*, as the runtime does after its
    // prefix.
    return classify(name.substr(2));
  }
  return CallClass::kOther;
}

std::vector<CallClass> classify_strings(const trace::Timeline& timeline) {
  std::vector<CallClass> classes;
  classes.reserve(timeline.strings().size());
  for (const std::string& text : timeline.strings()) classes.push_back(classify_call(text));
  return classes;
}

}  // namespace offledger::analysis
