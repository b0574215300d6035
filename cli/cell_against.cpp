// SPDX-License-Identifier: Apache-2.0
#include "cli/cell_against.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/judged.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {
namespace {

using history::Run;
using history::Verdict;

constexpr std::size_t kVerdicts = 50;  ///< each holds every row of a suite

std::string name_of(const std::string& schedule, const std::string& workload) {
  return schedule + "/" + workload;
}

/// Names are compared whole, as either part may hold slashes.
auto find_named(const Run& run, const std::string& name) {
  return std::ranges::find_if(run.cells, [&](const history::Cell& cell) {
    return name_of(cell.key.schedule, cell.key.workload) == name;
  });
}

bool has_cell(const Run& run, const std::string& name) {
  return find_named(run, name) != run.cells.end();
}

/// The run with the cell of that name.
Run with_cell(Run run, const std::string& name, const std::string& reference) {
  const auto found = find_named(run, name);
  if (found == run.cells.end()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--against {}: run {} has no cell '{}'; name one as RUN:SCHEDULE/WORKLOAD",
                            reference, run.id.substr(0, 12), name));
  }
  const history::Cell cell = *found;
  run.cells = {cell};
  return run;
}

void keep_rows_of(Verdict& verdict, const history::CellKey& key) {
  std::erase_if(verdict.cells, [&](const history::VerdictCell& row) {
    return row.schedule != key.schedule || row.workload != key.workload;
  });
}

/// The newest verdict with that run as its candidate.
std::optional<Verdict> last_verdict(const history::Store& store, const std::string& run) {
  for (Verdict& verdict : store.verdicts(kVerdicts)) {
    if (verdict.cand_run == run && !verdict.base_run.empty() && verdict.base_run != run)
      return std::move(verdict);
  }
  return std::nullopt;
}

render::CellAgainst judged_now(const Subject& subject, const std::string& against,
                               const history::Store& store, const gate::Config& config) {
  const std::size_t colon = against.find(':');
  const std::string cell = colon == std::string::npos ? "" : against.substr(colon + 1);
  Run base = store.load(store.resolve(against.substr(0, colon)));
  Run candidate = store.load(subject.run);
  render::CellAgainst out;
  out.why = "asked for";
  out.candidate = with_cell(candidate, name_of(subject.schedule, subject.workload), against);
  if (cell.empty()) {
    out.base = with_cell(base, name_of(subject.schedule, subject.workload), against);
    out.verdict = gate::compare(base, candidate, config);
  } else {
    out.base = with_cell(base, cell, against);
    Run alike = out.base;  // the gate pairs cells by name
    alike.cells.front().key.schedule = subject.schedule;
    alike.cells.front().key.workload = subject.workload;
    out.verdict = gate::compare(alike, out.candidate, config);
    out.why = fmt::format("its {}", cell);
  }
  return out;
}

std::vector<std::string> not_in(const std::vector<analysis::Diagnosis>& these,
                                const std::vector<analysis::Diagnosis>& others) {
  std::vector<std::string> ids;
  for (const analysis::Diagnosis& one : these) {
    const auto same = [&](const analysis::Diagnosis& other) { return other.id == one.id; };
    if (std::ranges::none_of(others, same) && std::ranges::find(ids, one.id) == ids.end())
      ids.push_back(one.id);
  }
  return ids;
}

}  // namespace

std::optional<render::CellAgainst> cell_against(const Subject& subject, const analysis::Report& report,
                                                const std::string& against, const std::string& database,
                                                const gate::Config& config) {
  if (subject.run.empty()) {
    if (against.empty()) return std::nullopt;
    throw Error(
        ErrorKind::kUsage,
        fmt::format(
            "--against: expected RUN or RUN:SCHEDULE/WORKLOAD of the history to compare, found the file {}; "
            "`offledger import --db` keeps a recording as a run",
            subject.name));
  }
  const history::Store store(database, history::Mode::kReadOnly);
  render::CellAgainst out;
  if (against.empty()) {
    std::optional<Verdict> verdict = last_verdict(store, subject.run);
    if (!verdict) return std::nullopt;
    out.why = verdict->base_why;
    const Run base = store.load(verdict->base_run);
    const std::string name = name_of(subject.schedule, subject.workload);
    if (!has_cell(base, name)) return std::nullopt;
    out.base = with_cell(base, name, "");
    out.candidate = with_cell(store.load(subject.run), name, "");
    out.verdict = std::move(*verdict);
  } else {
    out = judged_now(subject, against, store, config);
  }
  out.verdict.base_why.clear();
  keep_rows_of(out.verdict, out.candidate.cells.front().key);
  if (const auto recording = kept_recording(store, out.base.cells.front())) {
    const analysis::Report before = analysis::explain(*recording);
    out.both_recorded = true;
    out.appeared = not_in(report.diagnoses, before.diagnoses);
    out.vanished = not_in(before.diagnoses, report.diagnoses);
  }
  return out;
}

}  // namespace offledger::cli
