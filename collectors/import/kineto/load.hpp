// SPDX-License-Identifier: Apache-2.0
//
// PyTorch profiler (Kineto) and Chrome trace JSON, plain or gzip, of any size. One thread reads and cuts,
// others parse slices, and slices are merged in the file's order: the same file gives the same Timeline on
// any machine. Memory: a few slices beside the Timeline, whatever the file's size.

#pragma once

#include <string>

#include "collectors/import/progress.hpp"
#include "collectors/trace/timeline.hpp"

namespace offledger::importers::kineto {

struct Options {
  std::size_t slice_bytes = std::size_t{1} << 20;  ///< events are parsed this much at a time
  unsigned lanes = 0;  ///< slices in work at once; 0: one more than there are cores
};

/// Throws as load_kineto() does.
trace::Timeline load(const std::string& path, const Progress& progress = {}, Options options = {});

}  // namespace offledger::importers::kineto
