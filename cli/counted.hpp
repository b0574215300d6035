// SPDX-License-Identifier: Apache-2.0
//
// What hardware counters said of a run's cells: the table of each cell's first repetition, and why there is
// none.

#pragma once

#include <string>
#include <vector>

#include "collectors/trace/timeline.hpp"
#include "reports/analysis/analysis.hpp"
#include "reports/history/records.hpp"
#include "reports/render/style.hpp"

namespace offledger::cli {

class Counted {
 public:
  /// A cell's recording; one without samples and without a note that they are missing adds nothing.
  void add(const history::Cell& cell, const trace::Timeline& recording);
  /// A table a cell that was sampled; empty where none was.
  [[nodiscard]] std::string tables(const render::Style& style) const;
  /// Lines for stderr: each reason once.
  [[nodiscard]] std::string missing() const;

 private:
  struct Sampled {
    std::string cell;
    analysis::DeviceReport device;
  };
  std::vector<Sampled> sampled_;
  std::vector<std::string> reasons_;
};

}  // namespace offledger::cli
