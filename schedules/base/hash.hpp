// SPDX-License-Identifier: Apache-2.0
//
// Content hashes: XXH3-128 as 32 lower-case hex digits. They name runs, schedules, profiles and artifacts by
// what they hold; they are no defence against an adversary.

#pragma once

#include <string>
#include <string_view>

namespace offledger {

std::string content_hash(std::string_view bytes);

}  // namespace offledger
