// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/error.hpp"

#include <fmt/format.h>

#include <string_view>

namespace offledger::cupti {
namespace {

std::string_view fix_for(CUptiResult result) {
  switch (result) {
    case CUPTI_ERROR_NOT_INITIALIZED:
    case CUPTI_ERROR_UNKNOWN:
      return "no NVIDIA driver answers in this process; `offledger doctor` says what is missing";
    case CUPTI_ERROR_INSUFFICIENT_PRIVILEGES:
      return "profiling is reserved to administrators: run as root, or load the nvidia module with "
             "NVreg_RestrictProfilingToAdminUsers=0";
    case CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED:
      return "another profiler holds CUPTI in this process: end it, or record with that one and import its "
             "file";
    case CUPTI_ERROR_VIRTUALIZED_DEVICE_NOT_SUPPORTED:
      return "this virtual GPU forbids profiling: ask its administrator to enable it for the virtual machine";
    case CUPTI_ERROR_CONFIDENTIAL_COMPUTING_NOT_SUPPORTED:
      return "the GPU runs in confidential-computing mode, in which it cannot be profiled";
    case CUPTI_ERROR_OUT_OF_MEMORY:
      return "the collector needs device memory of its own (about 10 MB a context): leave it some";
    case CUPTI_ERROR_NOT_COMPATIBLE:
      return "this libcupti and this driver do not go together: install the libcupti of the driver's CUDA "
             "version";
    default: return {};
  }
}

}  // namespace

std::string describe(CUptiResult result) {
  const char* name = nullptr;
  if (cuptiGetResultString(result, &name) != CUPTI_SUCCESS || name == nullptr) name = "unknown CUPTI result";
  const std::string_view fix = fix_for(result);
  return fix.empty() ? fmt::format("{} ({})", name, static_cast<int>(result))
                     : fmt::format("{} ({}): {}", name, static_cast<int>(result), fix);
}

Error failure(const char* call, CUptiResult result) {
  return Error(ErrorKind::kNotMeasured, fmt::format("{} failed: {}", call, describe(result)));
}

}  // namespace offledger::cupti
