// SPDX-License-Identifier: Apache-2.0
//
// A machine made of files: /proc and /sys under a temporary folder.

#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "schedules/base/scratch_folder.hpp"

namespace offledger::host {

/// Removed with its contents when it goes.
class MachineRoot {
 public:
  void file(const std::string& name, const std::string& text) {
    const std::filesystem::path path = path_ + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  ScratchFolder folder_;
  std::string path_ = folder_.path().string();
};

}  // namespace offledger::host
