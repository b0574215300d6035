// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/kineto/event.hpp"

namespace offledger::importers {

// The categories are libkineto's activity types (libkineto/src/ActivityType.cpp). ROCm builds write HIP calls
// under "cuda_runtime" or "hip_runtime"; other accelerators have a runtime and a driver category of their
// own.
Category category_of(std::string_view cat) noexcept {
  if (cat == "kernel") return Category::kKernel;
  if (cat == "gpu_memcpy") return Category::kCopy;
  if (cat == "gpu_memset") return Category::kMemset;
  if (cat == "user_annotation") return Category::kAnnotation;
  if (cat == "cuda_sync") return Category::kSync;
  if (cat == "overhead") return Category::kOverhead;
  if (cat.ends_with("_runtime")) return Category::kRuntime;
  if (cat.ends_with("_driver")) return Category::kDriver;
  return cat.empty() ? Category::kNone : Category::kOther;
}

}  // namespace offledger::importers
