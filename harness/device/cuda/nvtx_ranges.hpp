// SPDX-License-Identifier: Apache-2.0
//
// Ranges for tools that listen to NVTX (Nsight Systems, a collector injected from outside). Where none does,
// a call is a load and a branch.

#pragma once

#include "collectors/trace/nvtx_payload.hpp"

namespace offledger::cuda {

/// Opens a range on this thread in domain "offledger". `name` is copied.
void push_range(const char* name, const trace::NvtxPayload& payload) noexcept;
/// Closes the range that was opened last.
void pop_range() noexcept;

}  // namespace offledger::cuda
