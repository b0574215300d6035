// SPDX-License-Identifier: Apache-2.0
//
// Nsight Systems SQLite exports. Tables are made lazily and columns come and go between versions: what a file
// has is asked, never assumed. Environment tables, which may hold secrets, are never read.

#pragma once

#include <string>

#include "collectors/import/progress.hpp"
#include "collectors/trace/timeline.hpp"

namespace offledger::importers::nsys {

/// Throws Error(kUsage) for a database that is no Nsight export or is damaged, Error(kNotMeasured) for one
/// without a GPU operation.
trace::Timeline load(const std::string& path, const Progress& progress = {});

}  // namespace offledger::importers::nsys
