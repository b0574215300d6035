// SPDX-License-Identifier: Apache-2.0
//
// Simulated sittings: suites of cells whose metrics scatter, base and candidate in ABBA order along one
// sequence of noise a metric, as `offledger ab` takes them.

#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "ci/gate/bench/noise.hpp"
#include "ci/gate/gate.hpp"

namespace offledger::gate::bench {

struct SuiteShape {
  std::size_t pairs = 25;  ///< schedule x workload; each has four failing metrics: 100 gate cells
  std::size_t reps = 10;
  Noise noise = Noise::kNormal;
  double wall_sd = 0.013;     ///< relative
  double overlap_sd = 0.007;  ///< absolute
};

/// What the candidate loses in a cell.
struct Loss {
  double wall = 0;     ///< relative
  double overlap = 0;  ///< absolute, of overlap_of_possible and overlap
};

/// ABBA: whether the i-th measurement of a sitting is the candidate's.
inline bool is_candidate(std::size_t i) {
  return i % 4 == 1 || i % 4 == 2;
}

inline void add_cell(history::Run& base, history::Run& cand, const SuiteShape& shape, const std::string& name,
                     const Loss& loss, Random& random) {
  history::Cell cell;
  cell.key = {name, "workload", "cuda", "1"};
  base.cells.push_back(cell);
  cand.cells.push_back(cell);
  const std::size_t n = 2 * shape.reps;
  const auto wall = sequence(shape.noise, n, random);
  const auto overlap = sequence(shape.noise, n, random);
  const auto exposed = sequence(shape.noise, n, random);
  const auto blocked = sequence(shape.noise, n, random);
  const auto compute = sequence(shape.noise, n, random);
  for (std::size_t i = 0; i < n; ++i) {
    const bool candidate = is_candidate(i);
    auto& reps = (candidate ? cand : base).cells.back().reps;
    history::Rep rep;
    rep.number = static_cast<std::uint32_t>(reps.size());
    rep.block = static_cast<std::uint32_t>(i / 4);
    rep.order = static_cast<std::uint32_t>(i);
    const double wall_ns = 1e8 * (1 + shape.wall_sd * wall[i]) * (candidate ? 1 + loss.wall : 1);
    const double share = 0.9 + shape.overlap_sd * overlap[i] - (candidate ? loss.overlap : 0);
    rep.values = {{"wall_ns", wall_ns},
                  {"compute_ns", 8e7 * (1 + 0.002 * compute[i])},
                  {"h2d_ns", 7e7},
                  {"device_idle_ns", 1e6},
                  {"gpu_idle_ns", wall_ns - 8e7},
                  {"overlap", share},
                  {"overlap_of_possible", share},
                  {"avoidable_exposed_ns", 7e6 * (1 + shape.overlap_sd * exposed[i])},
                  {"cpu_blocked_ns", 5e6 * (1 + 0.05 * blocked[i])},
                  {"h2d_bytes", 4e9},
                  {"h2d_copies", 120}};
    reps.push_back(std::move(rep));
  }
}

/// One sitting; `loss` says what each cell loses.
inline std::pair<history::Run, history::Run> sitting(const SuiteShape& shape, Random& random,
                                                     const std::function<Loss(std::size_t)>& loss) {
  history::Run base;
  base.sitting = "sitting";
  base.machine_class.device_kind = "cuda";
  history::Run cand = base;
  for (std::size_t i = 0; i < shape.pairs; ++i)
    add_cell(base, cand, shape, "schedule" + std::to_string(i), loss(i), random);
  return {std::move(base), std::move(cand)};
}

/// The verdict that `offledger ab` gives: one look, or with config.top_up a second one at fresh repetitions,
/// `more` times as many, of the cells that the first left open.
inline history::Verdict verdict_of(const SuiteShape& shape, const Config& config, std::uint64_t seed,
                                   std::size_t more, const std::function<Loss(std::size_t)>& loss) {
  Random random(seed);
  const auto [base, cand] = sitting(shape, random, loss);
  const auto first = compare(base, cand, config);
  if (!config.top_up) return first;
  const auto open = open_cells(first);
  if (open.empty()) return first;
  SuiteShape fresh = shape;
  fresh.reps = more * shape.reps;
  auto [base2, cand2] = sitting(fresh, random, loss);
  const auto settled = [&](const history::Cell& cell) {
    return std::none_of(open.begin(), open.end(),
                        [&](const auto& one) { return one.schedule == cell.key.schedule; });
  };
  std::erase_if(base2.cells, settled);
  std::erase_if(cand2.cells, settled);
  return top_up(first, base2, cand2, config);
}

}  // namespace offledger::gate::bench
