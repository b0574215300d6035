// SPDX-License-Identifier: Apache-2.0
//
// Names as people know them: CUPTI numbers an API function by its version and stream semantics
// (cudaMemcpyAsync_ptsz_v7000), and gives kernels by their mangled symbol.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/trace/timeline.hpp"

namespace offledger::cupti {

/// Without version (_v7000, _v2) and per-thread-stream (_ptsz, _ptds) suffixes.
std::string_view strip_version(std::string_view api);

/// The function of a callback id, stripped; nullopt for an id that this libcupti does not know.
std::optional<std::string> api_name(trace::Api api, std::uint32_t cbid);

/// The C++ name of a mangled symbol, or the symbol itself where it is not one.
std::string demangle(const char* symbol);

/// Whether a kernel moves data between GPUs: NCCL's and RCCL's device kernels.
trace::KernelClass kernel_class(std::string_view name);

}  // namespace offledger::cupti
