// SPDX-License-Identifier: Apache-2.0
//
// A machine made of files: /proc and /sys under a temporary folder.

#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace offledger::host {

/// Removed with its contents when it goes.
class MachineRoot {
 public:
  MachineRoot() {
    std::string pattern = (std::filesystem::temp_directory_path() / "offledger-host-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~MachineRoot() { std::filesystem::remove_all(path_); }
  MachineRoot(const MachineRoot&) = delete;
  MachineRoot& operator=(const MachineRoot&) = delete;

  void file(const std::string& name, const std::string& text) {
    const std::filesystem::path path = path_ + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace offledger::host
