// SPDX-License-Identifier: Apache-2.0
//
// Data files (schedules, workloads, suites, profiles, JSON Schemas) are compiled into the binary, so that it
// needs no data folder beside it. cmake/Targets.cmake's offledger_embed writes the functions that list them.

#pragma once

#include <span>
#include <string_view>

namespace offledger {

struct EmbeddedFile {
  std::string_view name;  ///< base name, "history1.json"
  std::string_view text;
};

/// The file of that base name, or nullptr.
const EmbeddedFile* find_embedded(std::span<const EmbeddedFile> files, std::string_view name);

}  // namespace offledger
