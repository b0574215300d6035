// SPDX-License-Identifier: Apache-2.0
//
// The activity tables of an export, each to its records.

#pragma once

#include "collectors/import/nsys/enums.hpp"
#include "collectors/import/nsys/keys.hpp"

namespace offledger::importers::nsys {

/// Threads: one at a time.
class Records {
 public:
  Records(Export& file, trace::Timeline& timeline)
      : file_(file), t_(timeline), keys_(file, timeline), enums_(file) {}

  void read_kernels();
  void read_graphs();  ///< one record a graph launch, where nodes were not traced
  void read_copies();
  void read_memsets();
  void read_calls();
  void read_syncs();
  void read_events();
  void read_overheads();
  void read_ranges();
  void read_names() { keys_.read_names(); }

 private:
  struct Times {
    Nanos begin{}, end{};
  };
  /// The columns "start" and "end" (0 and 1 of every query), or nothing and a defect counted.
  std::optional<Times> times(const Row& row);
  void read_overhead_table(const std::string& table);

  Export& file_;
  trace::Timeline& t_;
  Keys keys_;
  Enums enums_;
};

}  // namespace offledger::importers::nsys
