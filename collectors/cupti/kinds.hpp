// SPDX-License-Identifier: Apache-2.0
//
// Switches the activity kinds of a level on and off.

#pragma once

#include "collectors/cupti/collector.hpp"

namespace offledger::cupti {

/// Throws Error(kNotMeasured) for the first kind that CUPTI refuses.
void enable_kinds(const Options& options);
/// What the host does, so that the collector's own waiting at the end is not in the recording.
void disable_host_kinds(const Options& options) noexcept;
void disable_device_kinds(const Options& options) noexcept;

}  // namespace offledger::cupti
