// SPDX-License-Identifier: Apache-2.0
//
// The few driver functions that the collector calls itself, out of the libcuda that the process has loaded.
// Linking libcuda would keep the program from starting on a machine without a driver.

#pragma once

#include <cstdint>
#include <optional>

namespace offledger::cupti {

/// Waits for all work of the current context and of every device's primary context: flushing does not. Does
/// nothing where the process has not loaded the driver. Returns false if a context could not be waited for.
bool synchronize_contexts() noexcept;

/// CUPTI's number for a stream of the current context, or nullopt.
std::optional<std::uint32_t> stream_number(void* stream) noexcept;

/// Makes one cheap driver call, for the sake of its callbacks. Returns false where no driver is loaded.
bool touch_driver() noexcept;

}  // namespace offledger::cupti
