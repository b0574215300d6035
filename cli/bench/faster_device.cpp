// SPDX-License-Identifier: Apache-2.0
//
// Every schedule of the catalogue on every shipped workload, simulated: the gate must pass where kernels or the link get
// faster, and fail where a bug costs more than the margin or breaks what was declared. Prints a line a change and each
// wrong verdict; exit code 1 where there is one.

#include <fmt/format.h>

#include "cli/bench/bugs.hpp"
#include "cli/bench/sim_sweep.hpp"

namespace {

using namespace offledger;
using namespace offledger::sweep;

struct Count {
  int cells = 0, wrong = 0, within_margin = 0;
};

void report(std::string_view change, const language::Schedule& schedule, const Bench& bench, const history::Verdict& verdict) {
  fmt::print("WRONG  {} / {}, {}: {}: {}\n", schedule.name(), bench.workload.name, change, verdict.verdict, verdict.reason);
}

void print(std::string_view change, const Count& count) {
  fmt::print("{:36} {:4} cells, {} wrong{}\n", change, count.cells, count.wrong,
             count.within_margin > 0 ? fmt::format("; {} more within the margin", count.within_margin) : "");
}

std::vector<Bench> benches() {
  std::vector<Bench> all;
  for (const auto& file : model::workload_files()) {
    all.push_back({sim::find_profile("h200"), model::parse_workload(file.text, std::string(file.name))});
  }
  return all;
}

/// Both must hold over every schedule: `change` gives the candidate's run, `must_fail` the truth.
template <typename Change>
int try_all(std::string_view name, const std::vector<Bench>& all, bool must_fail, const Change& change) {
  Count count;
  for (const auto& file : language::catalogue_files()) {
    const auto schedule = language::parse_schedule(file.text, std::string(file.name));
    for (const auto& bench : all) {
      const auto base = play(*schedule, *schedule, bench);
      const auto cand = base ? change(file.text, *schedule, bench) : std::nullopt;
      if (!base || !cand) continue;
      if (must_fail && !has_lost(*base, *cand)) {
        ++count.within_margin;
        continue;
      }
      ++count.cells;
      const auto verdict = gate::compare(*base, *cand, {});
      if (verdict.exit_code() == (must_fail ? 1 : 0)) continue;
      ++count.wrong;
      report(name, *schedule, bench, verdict);
    }
  }
  print(name, count);
  return count.wrong;
}

}  // namespace

int main() {
  const auto all = benches();
  int wrong = 0;
  for (const auto& change : kFaster) {
    wrong += try_all(change.name, all, false, [&](std::string_view, const auto& schedule, const Bench& bench) {
      return play(schedule, schedule, faster(bench, change));
    });
  }
  for (const auto& bug : bugs()) {
    wrong += try_all(bug.name, all, true, [&](std::string_view text, const auto& schedule, const Bench& bench) {
      const auto broken = with_bug(text, bug);
      return broken ? play(*broken, bug.undeclared ? schedule : *broken, bench) : std::nullopt;
    });
  }
  return wrong > 0 ? 1 : 0;
}
