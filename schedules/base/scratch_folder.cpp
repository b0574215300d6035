// SPDX-License-Identifier: Apache-2.0

#include "schedules/base/scratch_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "schedules/base/error.hpp"

namespace offledger {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder() {
  // mkdtemp(3) replaces the six last characters, which have to be this one.
  std::string pattern = (fs::temp_directory_path() / "offledger-").string().append(6, 'X');
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format(
            "{}: cannot create a folder for temporary files: {}; free some space, or point TMPDIR to a "
            "folder that can be written",
            pattern, std::strerror(errno)));
  }
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<std::string> ScratchFolder::files(std::string_view ending) const {
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    if (entry.path().native().ends_with(ending)) found.push_back(entry.path().string());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace offledger
