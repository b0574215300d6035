// SPDX-License-Identifier: Apache-2.0
//
// Where the CUDA device comes in, or does not: with_cuda/ defines this where the build has CUDA,
// without_cuda/ where it has not. CMake picks one.

#pragma once

#include "harness/suite/suite.hpp"

namespace offledger::suite {

/// Devices on the GPU of that ordinal. Throws Error(kNotMeasured) where there is none, saying why.
DeviceMaker cuda_devices(std::uint32_t ordinal);

}  // namespace offledger::suite
