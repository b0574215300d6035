// SPDX-License-Identifier: Apache-2.0
#include "cli/judged.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "cli/version.hpp"
#include "schedules/base/json.hpp"

namespace offledger::cli {
namespace {

const history::Cell* find_cell(const history::Run& run, const history::VerdictCell& cell) {
  const auto found = std::ranges::find_if(run.cells, [&](const history::Cell& candidate) {
    return candidate.key.schedule == cell.schedule && candidate.key.workload == cell.workload;
  });
  return found == run.cells.end() ? nullptr : &*found;
}

/// How the ledger moved in each cell that failed, once a cell.
std::string ledger_moves(const Judged& judged, const render::Style& style) {
  std::string out;
  std::set<std::pair<std::string, std::string>> shown;
  for (const history::VerdictCell& cell : judged.verdict.cells) {
    if (cell.state != "fail" || !shown.emplace(cell.schedule, cell.workload).second) continue;
    const history::Cell* base = find_cell(judged.base, cell);
    const history::Cell* candidate = find_cell(judged.candidate, cell);
    if (base == nullptr || candidate == nullptr) continue;
    out += "\nHow the ledger moved in " + cell.schedule + " / " + cell.workload + ", a step:\n" +
           render::moved_text(*base, *candidate, style);
  }
  return out;
}

/// The verdict for a person, with the ledger's moves before its last, machine-readable line.
std::string text(const Judged& judged, const render::Style& style) {
  const std::string verdict = render::verdict_text(judged.verdict, style);
  const std::size_t last_line = verdict.rfind('\n', verdict.size() - 2) + 1;
  return verdict.substr(0, last_line) + ledger_moves(judged, style) + verdict.substr(last_line);
}

/// A catalogue schedule's file where the command runs in a checkout that has it.
std::string schedule_file(const std::string& schedule) {
  std::error_code ignored;
  for (const std::string& path : {schedule, "schedules/catalogue/" + schedule + ".json"}) {
    if (path.ends_with(".json") && std::filesystem::is_regular_file(path, ignored)) return path;
  }
  return "";
}

}  // namespace

std::string render_as(const std::string& format, const Judged& judged, const render::Style& style) {
  const history::Verdict& verdict = judged.verdict;
  if (format == "json") return render::verdict_json(verdict);
  if (format == "md") return render::verdict_markdown(verdict);
  if (format == "junit") return render::verdict_junit(verdict);
  if (format == "sarif") return render::verdict_sarif(verdict, std::string(kVersion), schedule_file);
  if (format == "github") return render::verdict_annotations(verdict, schedule_file);
  return text(judged, style);
}

gate::Config load_gate_config(const std::string& file) {
  return file.empty() ? gate::Config{} : gate::parse_config(json::read_file(file), file);
}

}  // namespace offledger::cli
