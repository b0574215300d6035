// SPDX-License-Identifier: Apache-2.0
#include "cli/calibrate_margins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <utility>

#include "ci/gate/gate.hpp"
#include "cli/judged.hpp"
#include "reports/history/store.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/json.hpp"

namespace offledger::cli {
namespace {

using Pair = std::pair<history::Run, history::Run>;

constexpr std::uint64_t kSeed = 1;

/// The two sides are one program: the same schedules, label (a build, a command) and commit.
bool is_aa(const Pair& pair) {
  const auto& [base, cand] = pair;
  if (base.label != cand.label || base.commit != cand.commit || base.cells.size() != cand.cells.size())
    return false;
  for (std::size_t i = 0; i < base.cells.size(); ++i) {
    if (base.cells[i].key != cand.cells[i].key || base.cells[i].schedule_hash != cand.cells[i].schedule_hash)
      return false;
  }
  return true;
}

bool has_noise(const Pair& pair) {
  return std::ranges::any_of(pair.first.cells, [](const history::Cell& cell) { return !cell.deterministic; });
}

/// The sittings' two sides. A second look is a pair of its own, taken in the same sitting after the first.
std::vector<Pair> sittings(const history::Store& store, const std::vector<std::string>& wanted) {
  std::vector<history::Run> runs;
  for (const history::RunSummary& summary : store.list(SIZE_MAX / 2)) {
    history::Run run = store.load(summary.id);
    if (!run.side.empty() && run.complete) runs.push_back(std::move(run));
  }
  std::vector<std::string> ids;
  for (const std::string& name : wanted) ids.push_back(store.resolve(name));
  std::ranges::reverse(runs);  // oldest first, as they were stored
  std::vector<Pair> pairs;
  for (auto base = runs.begin(); base != runs.end(); ++base) {
    if (base->side != "base") continue;
    const auto cand = std::find_if(base, runs.end(), [&](const history::Run& run) {
      return run.sitting == base->sitting && run.side == "cand" && run.cells.size() == base->cells.size();
    });
    if (cand == runs.end()) continue;
    const auto named = [&](const std::string& id) { return id == base->id || id == cand->id; };
    if (!ids.empty() && std::ranges::none_of(ids, named)) continue;
    pairs.emplace_back(*base, *cand);
  }
  return pairs;
}

/// Rounded up to three digits: what a person reads, and never tighter than what was found.
double rounded_up(double margin) {
  if (margin <= 0) return 0;
  const double unit = std::pow(10.0, std::floor(std::log10(margin)) - 2);
  return std::min(1.0, std::stod(fmt::format("{:.3g}", std::ceil(margin / unit) * unit)));
}

}  // namespace

void calibrate_margins(const MarginsOptions& options) {
  gate::Config config = load_gate_config(options.config_file);
  const history::Store store(options.database, history::Mode::kReadOnly);
  std::vector<Pair> pairs = sittings(store, options.runs);
  if (!options.runs.empty() && !std::ranges::all_of(pairs, is_aa)) {
    throw Error(ErrorKind::kUsage,
                "expected A/A sittings: the two sides of one that was named are not the same program");
  }
  std::erase_if(pairs, [](const Pair& pair) { return !is_aa(pair) || !has_noise(pair); });
  if (pairs.empty()) {
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format(
            "{}: expected a sitting with noise whose two sides are the same program, found none; take one "
            "with `offledger ab --suite SUITE --device cuda`, or with a schedule against itself",
            options.database));
  }
  const gate::Margins found = gate::calibrate(pairs, config.margins, kSeed);
  std::string table =
      fmt::format("margins from {} A/A sitting{}:\n", pairs.size(), pairs.size() == 1 ? "" : "s");
  for (const metrics::Metric& metric : metrics::all()) {
    const auto at = found.by_metric.find(metric.name);
    if (at == found.by_metric.end() ||
        (!metric.gates && !metric.needs_company && metric.name != "compute_ns"))
      continue;
    const double before = config.margins.of(metric);
    const double margin = rounded_up(at->second);
    config.margins.by_metric[std::string(metric.name)] = margin;
    table += fmt::format("  {:<22} {:7.3f} %{}   was {:.3f} %{}\n", metric.name, margin * 100,
                         metric.klass == metrics::Class::kPointsOfWall ? " of wall" : "", before * 100,
                         metric.klass == metrics::Class::kPointsOfWall ? " of wall" : "");
  }
  if (options.output.empty()) {
    std::cerr << table;
    std::cout << gate::dump_config(config);
  } else {
    json::write_file_atomically(options.output, gate::dump_config(config));
    std::cout << options.output << ": " << table;
  }
}

}  // namespace offledger::cli
