// SPDX-License-Identifier: Apache-2.0
//
// The words and figures that all forms of a verdict share, so that they are spelled alike. Private to render.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/history/records.hpp"
#include "reports/metrics/metrics.hpp"

namespace offledger::render {

/// "history1 on llama70b-prefill-8k", or a CSV cell's name.
std::string cell_name(const history::VerdictCell& cell);
/// The metric's title, or its name where it is not one of ours.
std::string metric_title(const history::VerdictCell& cell);

std::string base_text(const history::VerdictCell& cell);  ///< "61.4 %"
std::string cand_text(const history::VerdictCell& cell);
std::string delta_text(const history::VerdictCell& cell);     ///< "-3.0 pt", "+5.5 %", "+250.00 MB"
std::string interval_text(const history::VerdictCell& cell);  ///< "[-3.4, -2.6]", in delta_text's unit
std::string margin_text(const history::VerdictCell& cell);    ///< "1.0 pt"; "exact" where there is none
std::string p_text(std::optional<double> p);                  ///< "0.0031", "<0.0001"
std::string n_text(const history::VerdictCell& cell);         ///< "10 v 10"

/// "overlap of possible fell from 98.1 % to 61.4 % (-36.7 pt; margin 1.0 pt)".
std::string sentence(const history::VerdictCell& cell);

/// Gates, and failed or vanished.
bool is_failure(const history::VerdictCell& cell) noexcept;

struct Tally {
  std::size_t gating = 0, failed = 0, missing = 0, inconclusive = 0, improved = 0, passed = 0, waived = 0;
  std::size_t informational = 0;
};
Tally tally(const history::Verdict& verdict);
/// "46 passed, 2 worse, 1 inconclusive": what is not zero.
std::string tally_text(const Tally& tally);

/// The verdict for a person, one line: "FAIL: 2 of 48 cells worse than the baseline", with the reason.
std::string headline(const history::Verdict& verdict);
/// "base 1a2b3c4d (release baseline), candidate 5e6f7a8b"; empty where neither is known.
std::string sides_text(const history::Verdict& verdict);

}  // namespace offledger::render
