// SPDX-License-Identifier: Apache-2.0
//
// How an import tells how far it is.

#pragma once

#include <cstddef>
#include <functional>

namespace offledger::importers {

/// Bytes read so far of the total; called from the importing thread, at most every few MiB.
using Progress = std::function<void(std::size_t done, std::size_t total)>;

}  // namespace offledger::importers
