// SPDX-License-Identifier: Apache-2.0
//
// Between a recording's bytes being stored and a row naming them, nothing tells that they are wanted: writers
// hold this lock together, and who removes bytes holds it alone. flock(2) on PATH.artifacts/lock: the kernel
// lets go of it when a process ends, however it ends. A file system without such locks goes without.

#pragma once

#include <string>
#include <utility>

namespace offledger::history {

/// Throws Error(kUsage) where the folder or the lock file cannot be made. Threads: one at a time.
class ArtifactLock {
 public:
  /// `database`: the history's path. Opens nothing yet.
  explicit ArtifactLock(std::string database) : database_(std::move(database)) {}
  ~ArtifactLock();
  ArtifactLock(const ArtifactLock&) = delete;
  ArtifactLock& operator=(const ArtifactLock&) = delete;

  /// Held with other writers until this goes; makes the artifacts' folder. Waits while bytes are removed.
  void share();
  /// Held alone until release(); false, at once, where a writer holds it. What was shared stays so.
  [[nodiscard]] bool take();
  void release() noexcept;

 private:
  void open();

  std::string database_;
  int file_ = -1;
  bool shared_ = false;
};

}  // namespace offledger::history
