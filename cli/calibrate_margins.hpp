// SPDX-License-Identifier: Apache-2.0
//
// `offledger calibrate --aa`: the gate's margins from sittings in which nothing differed.

#pragma once

#include <string>
#include <vector>

namespace offledger::cli {

struct MarginsOptions {
  bool wanted = false;
  std::string database, output, config_file;
  std::vector<std::string> runs;  ///< either side of each sitting; none: every A/A sitting of the history
};

/// Writes a configuration file for `gate --config`: the given one, or the defaults, with the calibrated
/// margins. To standard output where no file is named. Throws Error(kNotMeasured) where there is no A/A
/// sitting with noise.
void calibrate_margins(const MarginsOptions& options);

}  // namespace offledger::cli
