// SPDX-License-Identifier: Apache-2.0
//
// The claims of the analysis that this catalogue's first schedules come from, put to the test one by one. The
// claimed number is data; every other figure is played on a simulated device with that analysis' own
// constants (80 layers of 80 + 120 ms, 100 + 150 MB; a link of 1 GB/s, where attention's weights take 100 ms,
// and of 5 GB/s, where they take 20 ms: it uses both), with copies free to start when issued and with copies
// fenced behind compute. Where a recording on a GPU is given, its figures stand beside them.
//
//     cannot hold      arithmetic on the claim's own numbers contradicts it
//     reproduced       a figure of ours lies within the tolerance of the claim
//     not reproduced   none does
//
// The tolerance of a time is a quarter of the smallest difference between two claimed totals: a coarser one
// could not tell the claims apart.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/claims_map.hpp"
#include "reports/history/store.hpp"
#include "reports/render/style.hpp"

namespace offledger::cli {

enum class Outcome { kReproduced, kNotReproduced, kCannotHold };
std::string outcome_name(Outcome outcome);  ///< "reproduced", "not reproduced", "cannot hold"

struct ClaimFigure {
  std::string where;  ///< "1 GB/s", "5 GB/s fenced", "cuda llama70b-16l-t8192"
  double value = 0;
  bool judges = true;  ///< false: shown beside, since its constants are not the claim's
};

struct Claim {
  std::string id;            ///< "1a"
  std::string text;          ///< "history1: wall a layer"
  std::string unit;          ///< "ms", "MB", "%", "x"
  double low = 0, high = 0;  ///< the claimed number; equal unless it is a range
  double tolerance = 0;
  std::vector<ClaimFigure> ours;
  Outcome outcome = Outcome::kNotReproduced;
  std::string reason;
};

/// A recorded study on a GPU, and the layers of its workloads.
struct Study {
  std::optional<history::Run> run;
  std::map<std::string, std::uint32_t> layers_of;
};

/// Plays on `device`, which must be a simulated one.
std::vector<Claim> judge_claims(const std::string& device, const Study& study,
                                const std::vector<MapPoint>& map);

std::string claims_table(const std::vector<Claim>& claims, const render::Style& style);
std::string map_table(const std::vector<MapPoint>& map, const render::Style& style);

/// The newest study on a GPU that the history has.
Study find_study(const history::Store& store);

/// What a run of the seed suite shows, with the claims and the map added: text, or the JSON document. The map
/// is written to `map_file` as an SVG, unless that is empty.
std::string add_claims(const std::string& shown, bool json, const std::string& device, const Study& study,
                       const render::Style& style, const std::string& map_file);

}  // namespace offledger::cli
