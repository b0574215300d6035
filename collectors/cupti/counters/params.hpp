// SPDX-License-Identifier: Apache-2.0
//
// CUPTI's parameter structs begin with their own size.

#pragma once

#include <cstddef>

namespace offledger::counters {

template <typename Params>
Params params(std::size_t size) {
  Params made{};
  made.structSize = size;
  return made;
}

}  // namespace offledger::counters

#define OFFLEDGER_PARAMS(type) ::offledger::counters::params<type>(type##_STRUCT_SIZE)
