// SPDX-License-Identifier: Apache-2.0
//
// What only the whole trace can tell: which process each stream belongs to, where events were recorded, the
// names of processes, threads and devices, and the number of each step.

#pragma once

#include "collectors/import/kineto/event_collector.hpp"
#include "collectors/import/kineto/trace_outline.hpp"

namespace offledger::importers {

/// Completes the merged Timeline of a trace. Throws Error(kNotMeasured) where it holds no GPU operation, and
/// Error(kUsage) where what it holds are no events.
void finish(trace::Timeline& timeline, const TraceNotes& notes, const TraceOutline& outline,
            const std::string& path);

}  // namespace offledger::importers
