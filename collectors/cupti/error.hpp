// SPDX-License-Identifier: Apache-2.0
//
// The one way to call CUPTI: a failed call becomes an Error(kNotMeasured) that names the call, CUPTI's
// reason, and what to do about the reasons that have a known fix.

#pragma once

#include <cupti.h>

#include <string>

#include "schedules/base/error.hpp"

namespace offledger::cupti {

/// CUPTI's name for a result and, where there is one, the fix: "CUPTI_ERROR_INSUFFICIENT_PRIVILEGES: …".
std::string describe(CUptiResult result);

/// What `call` returned, as an error.
Error failure(const char* call, CUptiResult result);

inline void check(CUptiResult result, const char* call) {
  if (result != CUPTI_SUCCESS) throw failure(call, result);
}

}  // namespace offledger::cupti

#define OFFLEDGER_CUPTI(call) ::offledger::cupti::check((call), #call)
