// SPDX-License-Identifier: Apache-2.0
#include "schedules/base/embedded.hpp"

#include <algorithm>

namespace offledger {

const EmbeddedFile* find_embedded(std::span<const EmbeddedFile> files, std::string_view name) {
  const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
  return found == files.end() ? nullptr : &*found;
}

}  // namespace offledger
