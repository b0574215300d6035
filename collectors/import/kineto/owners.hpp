// SPDX-License-Identifier: Apache-2.0
//
// Whose GPU work it is. A Kineto trace names the device of an operation, not its process; the process is that
// of the call with the same correlation id.

#pragma once

#include "collectors/trace/timeline.hpp"

namespace offledger::importers {

/// Gives every stream of kUnknownProcess its process, and drops that process. With one host process all
/// streams are its own. With several, streams are told apart by the calls that fed them, and correlation ids
/// get the process's row in their upper half; an id that calls of two processes claim links nothing and is
/// counted as an orphan.
void assign_owners(trace::Timeline& timeline);

}  // namespace offledger::importers
