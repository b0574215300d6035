// SPDX-License-Identifier: Apache-2.0
#include "harness/device/cuda/preflight.hpp"

#include <gtest/gtest.h>

#include "schedules/base/error.hpp"

namespace offledger::cuda {
namespace {

std::string refusal(const Requirements& needed, const Available& available) {
  try {
    check_memory(needed, available);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotMeasured);
    return error.what();
  }
}

TEST(Preflight, WhatFitsExactlyFits) {
  EXPECT_EQ(refusal({100, 200}, {100, 1000, 200}), "");
}

TEST(Preflight, TooLittleDeviceMemorySaysBothFigures) {
  const std::string message = refusal({150'000'000'000, 0}, {140'250'000'000, 150'000'000'000, 1});
  EXPECT_NE(message.find("150.00 GB"), std::string::npos) << message;
  EXPECT_NE(message.find("140.25 GB"), std::string::npos) << message;
  EXPECT_NE(message.find("fewer slots"), std::string::npos) << message;
}

TEST(Preflight, TooLittleHostMemoryNamesUniqueLayers) {
  const std::string message = refusal({0, 136'900'000'000}, {1, 1, 64'000'000'000});
  EXPECT_NE(message.find("unique_layers"), std::string::npos) << message;
  EXPECT_NE(message.find("OFFLEDGER_HOST_MEMORY_BYTES"), std::string::npos) << message;
}

}  // namespace
}  // namespace offledger::cuda
