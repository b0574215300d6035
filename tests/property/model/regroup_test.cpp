// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "harness/model/workload.hpp"
#include "schedules/base/error.hpp"

namespace offledger::model {
namespace {

std::uint64_t up_to(std::uint64_t most) {
  return *rc::gen::inRange<std::uint64_t>(1, most + 1);
}

Workload any_workload() {
  Workload workload;
  workload.name = "any";
  workload.shape.layers = 3;
  const std::uint64_t groups = up_to(4);
  for (std::uint64_t group = 0; group < groups; ++group) {
    plan::Group made{fmt::format("g{}", group), {}};
    const std::uint64_t tensors = up_to(4);
    for (std::uint64_t t = 0; t < tensors; ++t)
      made.tensors.push_back({fmt::format("t{}", t), up_to(1'000'000)});
    workload.shape.groups.push_back(made);
    workload.costs.push_back(
        {nanos(static_cast<std::int64_t>(up_to(1'000'000'000))), static_cast<std::uint32_t>(up_to(20))});
  }
  return workload;
}

Nanos layer_time(const Workload& workload) {
  Nanos sum{};
  for (const UnitCost& cost : workload.costs) sum += cost.compute;
  return sum;
}

plan::ModelShape merged(const plan::ModelShape& shape) {
  plan::ModelShape layer{shape.layers, {{"layer", {}}}};
  for (const plan::Group& group : shape.groups) {
    for (const plan::Tensor& tensor : group.tensors) layer.groups[0].tensors.push_back(tensor);
  }
  return layer;
}

plan::ModelShape by_tensor(const plan::ModelShape& shape) {
  plan::ModelShape cut{shape.layers, {}};
  for (const plan::Group& group : shape.groups) {
    for (const plan::Tensor& tensor : group.tensors)
      cut.groups.push_back({fmt::format("{}.{}", group.name, tensor.name), {tensor}});
  }
  return cut;
}

RC_GTEST_PROP(Regroup, MergingALayerAddsItsCosts, ()) {
  const Workload workload = any_workload();
  const Workload layer = regroup(workload, merged(workload.shape));
  std::uint32_t kernels = 0;
  for (const UnitCost& cost : workload.costs) kernels += cost.kernels;
  RC_ASSERT(layer.costs == (std::vector<UnitCost>{{layer_time(workload), kernels}}));
  RC_ASSERT(layer.shape == merged(workload.shape));
}

RC_GTEST_PROP(Regroup, CuttingByTensorKeepsEveryGroupsTime, ()) {
  const Workload workload = any_workload();
  const Workload cut = regroup(workload, by_tensor(workload.shape));
  std::size_t row = 0;
  for (std::size_t group = 0; group < workload.costs.size(); ++group) {
    Nanos sum{};
    for (std::size_t t = 0; t < workload.shape.groups[group].tensors.size(); ++t, ++row) {
      RC_ASSERT(cut.costs[row].kernels >= 1U);
      RC_ASSERT(cut.costs[row].compute >= Nanos::zero());
      sum += cut.costs[row].compute;
    }
    RC_ASSERT(sum == workload.costs[group].compute);
  }
  RC_ASSERT(row == cut.costs.size());
}

RC_GTEST_PROP(Regroup, CuttingAndMergingGivesTheTimeBack, ()) {
  const Workload workload = any_workload();
  const Workload back = regroup(regroup(workload, by_tensor(workload.shape)), merged(workload.shape));
  RC_ASSERT(back.costs[0].compute == layer_time(workload));
}

TEST(Regroup, TheSameUnitsChangeNothing) {
  const Workload workload = find_workload("tiny");
  EXPECT_EQ(regroup(workload, workload.shape), workload);
}

TEST(Regroup, SharesByBytes) {
  Workload workload;
  workload.shape = {1, {{"a", {{"x", 30}, {"y", 70}}}}};
  workload.costs = {{nanos(1000), 10}};
  const Workload cut = regroup(workload, by_tensor(workload.shape));
  EXPECT_EQ(cut.costs, (std::vector<UnitCost>{{nanos(300), 3}, {nanos(700), 7}}));
}

TEST(Regroup, AnotherModelIsRefused) {
  const Workload workload = find_workload("tiny");
  plan::ModelShape shape = workload.shape;
  shape.layers = 5;
  EXPECT_THROW((void)regroup(workload, shape), Error);
  shape = workload.shape;
  shape.groups[0].tensors[0].bytes += 1;
  EXPECT_THROW((void)regroup(workload, shape), Error);
}

}  // namespace
}  // namespace offledger::model
