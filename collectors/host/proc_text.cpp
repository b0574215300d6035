// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/proc_text.hpp"

#include <charconv>
#include <set>
#include <utility>

namespace offledger::host {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Calls `visit(key, value)` for each line "key: value".
template <typename Visit>
void for_each_field(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos)
      visit(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  }
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<CpuInfo> parse_cpuinfo(std::string_view text) {
  CpuInfo info;
  std::string implementer, part, package;
  std::set<std::pair<std::string, std::string>> cores;
  for_each_field(text, [&](std::string_view key, std::string_view value) {
    if (key == "processor") ++info.threads;
    if (key == "model name" && info.model.empty()) info.model = value;
    if (key == "physical id") package = value;
    if (key == "core id") cores.emplace(package, value);
    if (key == "CPU implementer") implementer = value;
    if (key == "CPU part") part = value;
  });
  if (info.threads == 0) return std::nullopt;
  if (info.model.empty() && !implementer.empty())
    info.model = "Arm implementer " + implementer + " part " + part;
  info.cores = cores.empty() ? info.threads : static_cast<std::uint32_t>(cores.size());
  return info;
}

std::optional<std::uint64_t> parse_meminfo(std::string_view text, std::string_view key) {
  const auto field = parse_field(text, key);
  if (!field || !field->ends_with(" kB")) return std::nullopt;
  const auto kib = number<std::uint64_t>(std::string_view(*field).substr(0, field->size() - 3));
  if (!kib || *kib > UINT64_MAX / 1024) return std::nullopt;
  return *kib * 1024;
}

std::optional<double> parse_loadavg(std::string_view text) {
  const std::string_view first = text.substr(0, text.find(' '));
  const auto load = number<double>(trimmed(first));
  return load && *load >= 0 ? load : std::nullopt;
}

std::optional<std::vector<std::uint32_t>> parse_cpu_list(std::string_view text) {
  constexpr std::size_t kMost = 65536;
  std::vector<std::uint32_t> cpus;
  text = trimmed(text);
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view range = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    const std::size_t dash = range.find('-');
    const auto first = number<std::uint32_t>(range.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number<std::uint32_t>(range.substr(dash + 1));
    if (!first || !last || *last < *first || *last - *first >= kMost - cpus.size()) return std::nullopt;
    for (std::uint32_t cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
  }
  return cpus;
}

std::optional<std::string> parse_field(std::string_view text, std::string_view key) {
  std::optional<std::string> found;
  for_each_field(text, [&](std::string_view name, std::string_view value) {
    if (name == key && !found) found = value;
  });
  return found;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  return number<std::int64_t>(trimmed(text));
}

}  // namespace offledger::host
