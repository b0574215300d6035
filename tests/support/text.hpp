// SPDX-License-Identifier: Apache-2.0
//
// Small helpers of tests that compare text.

#pragma once

#include <fstream>
#include <sstream>
#include <string>

namespace offledger::test {

/// A file's bytes, empty where it cannot be read.
inline std::string contents(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace offledger::test
