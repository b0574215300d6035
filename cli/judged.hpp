// SPDX-License-Identifier: Apache-2.0
//
// A verdict with the runs it is about, in the form that the user asked for. `gate` and `ab` print the same.

#pragma once

#include <string>
#include <vector>

#include "ci/gate/gate.hpp"
#include "reports/history/store.hpp"
#include "reports/render/render.hpp"

namespace offledger::cli {

/// The runs are empty for samples of a CSV file.
struct Judged {
  history::Verdict verdict;
  history::Run base, candidate;
};

inline const std::vector<std::string> kVerdictFormats = {"text", "json", "md", "junit", "sarif", "github"};
std::string render_as(const std::string& format, const Judged& judged, const render::Style& style);

/// The file's configuration; the defaults where `file` is empty.
gate::Config load_gate_config(const std::string& file);

}  // namespace offledger::cli
