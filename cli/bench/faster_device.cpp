// SPDX-License-Identifier: Apache-2.0
//
// Every schedule of the catalogue on every shipped workload, simulated: the gate must pass where kernels or
// the link get faster, and fail where a bug costs more than the margin or breaks what was declared. Prints a
// line a change and each wrong verdict; exit code 1 where there is one.

#include <fmt/format.h>

#include "cli/bench/bugs.hpp"
#include "cli/bench/sim_sweep.hpp"

namespace {

using namespace offledger;
using namespace offledger::sweep;

struct Count {
  int cells = 0, wrong = 0, within_margin = 0;
};

void report(std::string_view change, const language::Schedule& schedule, const Bench& bench,
            const history::Verdict& verdict) {
  fmt::print("WRONG  {} / {}, {}: {}: {}\n", schedule.name(), bench.workload.name, change, verdict.verdict,
             verdict.reason);
}

void print(std::string_view change, const Count& count) {
  fmt::print("{:36} {:4} cells, {} wrong{}\n", change, count.cells, count.wrong,
             count.within_margin > 0 ? fmt::format("; {} more within the margin", count.within_margin) : "");
}

/// Bugs are tried on workloads of at most this many layers: a cut into chunks of 80 layers is millions of
/// copies.
constexpr std::uint32_t kMostLayersWithBugs = 16;

/// Judges one change of one cell, if it lost what `must_fail` asks for.
void judge(std::string_view change, const language::Schedule& schedule, const Bench& bench,
           const history::Run& base, const std::optional<history::Run>& cand, bool must_fail, Count& count) {
  if (!cand) return;
  if (must_fail && !has_lost(base, *cand)) {
    ++count.within_margin;
    return;
  }
  ++count.cells;
  const auto verdict = gate::compare(base, *cand, {});
  if (verdict.exit_code() == (must_fail ? 1 : 0)) return;
  ++count.wrong;
  report(change, schedule, bench, verdict);
}

void try_cell(const EmbeddedFile& file, const Bench& bench, std::vector<Count>& counts) {
  const auto schedule = language::parse_schedule(file.text, std::string(file.name));
  const auto base = play(*schedule, *schedule, bench);
  if (!base) return;
  auto count = counts.begin();
  for (const auto& change : kFaster) {
    judge(change.name, *schedule, bench, *base, play(*schedule, *schedule, faster(bench, change)), false,
          *count++);
  }
  if (bench.workload.shape.layers > kMostLayersWithBugs) return;
  for (const auto& bug : bugs()) {
    const auto broken = with_bug(file.text, bug);
    const auto cand = broken ? play(*broken, bug.undeclared ? *schedule : *broken, bench) : std::nullopt;
    judge(bug.name, *schedule, bench, *base, cand, true, *count++);
  }
}

}  // namespace

int main() {
  std::vector<Count> counts(kFaster.size() + bugs().size());
  for (const auto& workload : model::workload_files()) {
    const Bench bench{sim::find_profile("h200"),
                      model::parse_workload(workload.text, std::string(workload.name))};
    for (const auto& schedule : language::catalogue_files()) try_cell(schedule, bench, counts);
  }
  int wrong = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    print(i < kFaster.size() ? std::string_view(kFaster[i].name) : bugs()[i - kFaster.size()].name,
          counts[i]);
    wrong += counts[i].wrong;
  }
  return wrong > 0 ? 1 : 0;
}
