// SPDX-License-Identifier: Apache-2.0
//
// The text files of /proc and /sys, as values. Pure: text in, value out, nullopt for text that is something
// else.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offledger::host {

struct CpuInfo {
  std::string model;
  std::uint32_t threads = 0;  ///< logical CPUs
  std::uint32_t cores = 0;    ///< physical cores; = threads where the file does not tell
  bool operator==(const CpuInfo&) const = default;
};
/// /proc/cpuinfo, of x86 and of Arm (which names no model: the implementer's and part's numbers stand for
/// it).
std::optional<CpuInfo> parse_cpuinfo(std::string_view text);

/// A line of /proc/meminfo, in bytes: "MemAvailable".
std::optional<std::uint64_t> parse_meminfo(std::string_view text, std::string_view key);

/// The one-minute average of /proc/loadavg.
std::optional<double> parse_loadavg(std::string_view text);

/// "0-3,8,10-11" as its numbers; nullopt for anything else, and for more than 65536 of them.
std::optional<std::vector<std::uint32_t>> parse_cpu_list(std::string_view text);

/// A line "Key: value" of /proc/driver/nvidia/params or /proc/self/status, without the blanks around the
/// value.
std::optional<std::string> parse_field(std::string_view text, std::string_view key);

/// A whole number with blanks around it, as sysfs writes it; -1 is a number too.
std::optional<std::int64_t> parse_number(std::string_view text);

}  // namespace offledger::host
