// SPDX-License-Identifier: Apache-2.0
//
// CUPTI's enumerations as the Timeline's. They are not Nsight's: CUPTI counts memory kinds from unknown = 0
// with pageable = 1 and pinned = 2, where Nsight's SQLite has pageable = 0 and pinned = 1; a full command
// buffer is 6 << 16 here and 8 there. Each source converts its own.

#pragma once

#include <cupti.h>

#include <string_view>

#include "collectors/trace/timeline.hpp"

namespace offledger::cupti {

/// kUnknown for a value that CUDA 13.0 does not define. Copies from and to arrays go by where they come from.
trace::CopyDirection direction_of(std::uint8_t copy_kind) noexcept;
trace::MemoryKind memory_kind_of(std::uint8_t kind) noexcept;
trace::Channel channel_of(CUpti_ChannelType type) noexcept;
trace::OverheadKind overhead_kind_of(CUpti_ActivityOverheadKind kind) noexcept;
/// "command buffer full"…, empty for a value that CUDA 13.0 does not define.
std::string_view overhead_name_of(CUpti_ActivityOverheadKind kind) noexcept;

}  // namespace offledger::cupti
