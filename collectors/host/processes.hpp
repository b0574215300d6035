// SPDX-License-Identifier: Apache-2.0
//
// Which processes belong to a measurement: a command that is measured may start others.

#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace offledger::host {

/// Whether a process or one of its ancestors is among `pids`; false where it is gone, or another namespace's.
/// `root` stands before /proc. Source: proc_pid_status(5), PPid.
bool descends_from(std::uint32_t process, std::span<const std::uint32_t> pids, const std::string& root = "");

}  // namespace offledger::host
