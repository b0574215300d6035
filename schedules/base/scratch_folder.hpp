// SPDX-License-Identifier: Apache-2.0
//
// A folder of our own for what another process writes: in the system's place for temporary files, gone with
// the object.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace offledger {

/// Threads: const access may be shared.
class ScratchFolder {
 public:
  /// Throws Error(kNotMeasured) where it cannot be created.
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// The path of a file in it, there or not.
  [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }
  /// Paths of the files whose names end so, in order of name.
  [[nodiscard]] std::vector<std::string> files(std::string_view ending) const;

 private:
  std::filesystem::path path_;
};

}  // namespace offledger
