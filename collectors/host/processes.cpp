// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/processes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "collectors/host/proc_text.hpp"
#include "collectors/host/sample.hpp"

namespace offledger::host {
namespace {

/// Deeper chains are a loop that changed while it was read.
constexpr int kMostAncestors = 256;

std::optional<std::uint32_t> parent_of(std::uint32_t process, const std::string& root) {
  const auto status = read_text(fmt::format("{}/proc/{}/status", root, process));
  const auto field = status ? parse_field(*status, "PPid") : std::nullopt;
  const auto parent = field ? parse_number(*field) : std::nullopt;
  if (!parent || *parent < 0 || *parent > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*parent);
}

}  // namespace

bool descends_from(std::uint32_t process, std::span<const std::uint32_t> pids, const std::string& root) {
  for (int depth = 0; depth < kMostAncestors; ++depth) {
    if (std::ranges::find(pids, process) != pids.end()) return true;
    const auto parent = parent_of(process, root);
    if (!parent || *parent == 0) return false;
    process = *parent;
  }
  return false;
}

}  // namespace offledger::host
