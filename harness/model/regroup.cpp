// SPDX-License-Identifier: Apache-2.0
//
// A layer's weights as one line of bytes, group after group: a schedule's units are other cuts of the same
// line. The cost of a cut is the cost of the bytes between its ends,
//
//     C(x) = cost of the groups that end at or before x + floor(cost of the group around x * its share before
//     x) cost of [a, b) = C(b) - C(a)
//
// so that costs sum to the same layer whatever the cut, and merging whole groups adds their costs exactly.

#include <fmt/format.h>

#include <algorithm>

#include "harness/model/total.hpp"
#include "harness/model/workload.hpp"
#include "schedules/base/error.hpp"

namespace offledger::model {
namespace {

std::uint64_t layer_bytes(const plan::ModelShape& shape) {
  std::uint64_t sum = 0;
  for (const plan::Group& group : shape.groups) sum += group.bytes();
  return sum;
}

/// C(x) of the header, with `cost_of` naming the cost.
template <typename CostOf>
std::uint64_t cost_before(const Workload& workload, std::uint64_t x, CostOf cost_of) {
  std::uint64_t sum = 0;
  for (std::size_t row = 0; row < workload.shape.groups.size() && x > 0; ++row) {
    const std::uint64_t bytes = workload.shape.groups[row].bytes();
    const std::uint64_t before = std::min(x, bytes);
    if (bytes > 0) sum += static_cast<std::uint64_t>(Wide{cost_of(workload.costs[row])} * before / bytes);
    x -= before;
  }
  return sum;
}

}  // namespace

Workload regroup(const Workload& workload, const plan::ModelShape& shape) {
  if (shape == workload.shape) return workload;
  if (shape.layers != workload.shape.layers || layer_bytes(shape) != layer_bytes(workload.shape)) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format(
            "workload '{}' has {} layers of {} bytes; the plan was compiled for {} layers of {} bytes. "
            "Compile the schedule for this workload",
            workload.name, workload.shape.layers, layer_bytes(workload.shape), shape.layers,
            layer_bytes(shape)));
  }
  const auto compute = [](const UnitCost& cost) { return static_cast<std::uint64_t>(cost.compute.count()); };
  const auto kernels = [](const UnitCost& cost) { return std::uint64_t{cost.kernels}; };
  Workload cut = workload;
  cut.shape = shape;
  cut.costs.clear();
  std::uint64_t begin = 0;
  for (const plan::Group& group : shape.groups) {
    const std::uint64_t end = begin + group.bytes();
    UnitCost cost;
    cost.compute = nanos(static_cast<std::int64_t>(cost_before(workload, end, compute) -
                                                   cost_before(workload, begin, compute)));
    // A unit is seen by its kernels: it has one at least.
    cost.kernels = static_cast<std::uint32_t>(std::max<std::uint64_t>(
        1, cost_before(workload, end, kernels) - cost_before(workload, begin, kernels)));
    cut.costs.push_back(cost);
    begin = end;
  }
  return cut;
}

}  // namespace offledger::model
