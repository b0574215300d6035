// SPDX-License-Identifier: Apache-2.0
#include "harness/device/cuda/unit_map.hpp"

#include <gtest/gtest.h>

#include "harness/model/workload.hpp"
#include "schedules/base/error.hpp"
#include "tests/gpu/small_llama.hpp"

namespace offledger::cuda {
namespace {

using model::TensorKind;

std::string error_of(const plan::ModelShape& shape, const model::LlamaConfig& config = test::small_llama()) {
  try {
    (void)map_units(shape, config);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
}

plan::ModelShape sublayers() {
  return test::workload_of(test::small_llama(), 1, 1, 1).shape;
}

TEST(UnitMap, OffsetsAreTheTensorsBefore) {
  const UnitMap map = map_units(sublayers(), test::small_llama());
  EXPECT_TRUE(map.streams_norms);
  ASSERT_EQ(map.groups.size(), 2U);
  ASSERT_EQ(map.groups[0].size(), 5U);
  EXPECT_EQ(map.groups[0][1].kind, TensorKind::kQuery);
  EXPECT_EQ(map.groups[0][1].offset, 512U);                     // after a norm of 256
  EXPECT_EQ(map.groups[0][2].offset, 512U + 2U * 256U * 256U);  // and the queries
  EXPECT_EQ(map.groups[1][3].kind, TensorKind::kDown);
}

TEST(UnitMap, TensorsOfTheirOwnAndWholeLayersAreUnitsToo) {
  const plan::ModelShape cut = sublayers();
  plan::ModelShape tensors{cut.layers, {}}, layer{cut.layers, {{"layer", {}}}};
  for (const plan::Group& group : cut.groups) {
    for (const plan::Tensor& tensor : group.tensors) {
      tensors.groups.push_back({tensor.name, {tensor}});
      layer.groups[0].tensors.push_back(tensor);
    }
  }
  EXPECT_EQ(map_units(tensors, test::small_llama()).groups.size(), 9U);
  EXPECT_EQ(map_units(layer, test::small_llama()).groups.at(0).size(), 9U);
}

TEST(UnitMap, NormsMayBeResident) {
  plan::ModelShape shape = sublayers();
  for (plan::Group& group : shape.groups) group.tensors.erase(group.tensors.begin());
  EXPECT_FALSE(map_units(shape, test::small_llama()).streams_norms);
}

TEST(UnitMap, WhatIsNotThisDecoderIsNamed) {
  plan::ModelShape shape = sublayers();
  shape.groups[0].tensors[1].name = "qkv";
  EXPECT_NE(error_of(shape).find("'qkv'"), std::string::npos);
  shape = sublayers();
  shape.groups[1].tensors[2].bytes += 2;
  EXPECT_NE(error_of(shape).find("'up_proj'"), std::string::npos);
  shape = sublayers();
  std::swap(shape.groups[0].tensors[1], shape.groups[0].tensors[4]);
  EXPECT_NE(error_of(shape), "");
  shape = sublayers();
  shape.groups[0].tensors.erase(shape.groups[0].tensors.begin());
  EXPECT_NE(error_of(shape), "") << "one norm but not the other";
  shape = sublayers();
  shape.layers += 1;
  EXPECT_NE(error_of(shape).find("7 in the plan"), std::string::npos);
}

/// The shipped workloads that have an architecture have its tensors.
TEST(UnitMap, ShippedWorkloadsFitTheirArchitecture) {
  std::size_t found = 0;
  for (const EmbeddedFile& file : model::workload_files()) {
    const model::Workload workload = model::parse_workload(file.text, std::string(file.name));
    if (!workload.architecture) continue;
    EXPECT_EQ(error_of(workload.shape, model::config_of(workload)), "") << file.name;
    ++found;
  }
  EXPECT_GE(found, 4U);
}

}  // namespace
}  // namespace offledger::cuda
