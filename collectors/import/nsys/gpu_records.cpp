// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "collectors/import/nsys/records.hpp"
#include "collectors/trace/vocabulary.hpp"

namespace offledger::importers::nsys {
namespace {

/// CUDA's graph id: its own column since 2024, before that the upper half of the node's id.
std::uint32_t graph_of(std::optional<std::int64_t> graph, std::optional<std::int64_t> node) noexcept {
  if (graph && *graph > 0 && std::in_range<std::uint32_t>(*graph)) return static_cast<std::uint32_t>(*graph);
  return node && *node > 0 ? static_cast<std::uint32_t>(static_cast<std::uint64_t>(*node) >> 32) : 0;
}

std::uint64_t unsigned_or_zero(std::optional<std::int64_t> value) noexcept {
  return value && *value > 0 ? static_cast<std::uint64_t>(*value) : 0;
}

}  // namespace

std::optional<Records::Times> Records::times(const Row& row) {
  const auto begin = row.integer(0), end = row.integer(1);
  if (!begin) {
    ++t_.defects.bad_timestamps;
  } else if (!end) {
    ++t_.defects.missing_durations;
  } else if (*begin == 0 && *end == 0) {
    ++t_.defects.zero_timestamps;
  } else if (*end < *begin) {
    ++t_.defects.negative_durations;
  } else {
    return Times{Nanos(*begin), Nanos(*end)};
  }
  return std::nullopt;
}

void Records::read_kernels() {
  file_.for_each("CUPTI_ACTIVITY_KIND_KERNEL",
                 {"start", "end", "globalPid", "deviceId", "contextId", "streamId", "correlationId",
                  "demangledName", "shortName", "graphId", "graphNodeId"},
                 [&](const Row& row) {
                   const auto at = times(row);
                   if (!at) return;
                   const std::int64_t pid = row.integer_or(2, 0);
                   trace::Kernel kernel;
                   kernel.begin = at->begin;
                   kernel.end = at->end;
                   kernel.stream =
                       keys_.stream(pid, row.integer_or(3, -1), row.integer_or(4, 0), row.integer_or(5, 0));
                   kernel.correlation = keys_.correlation(pid, row.integer(6));
                   const auto name = row.integer(7) ? row.integer(7) : row.integer(8);
                   kernel.name = keys_.string(name);
                   kernel.kind = trace::kernel_class(keys_.string_text(name));
                   kernel.graph = graph_of(row.integer(9), row.integer(10));
                   kernel.graph_node = unsigned_or_zero(row.integer(10));
                   t_.kernels.push_back(kernel);
                 });
}

void Records::read_graphs() {
  file_.for_each(
      "CUPTI_ACTIVITY_KIND_GRAPH_TRACE",
      {"start", "end", "globalPid", "deviceId", "contextId", "streamId", "correlationId", "graphId"},
      [&](const Row& row) {
        const auto at = times(row);
        if (!at) return;
        const std::int64_t pid = row.integer_or(2, 0);
        trace::Kernel kernel;
        kernel.begin = at->begin;
        kernel.end = at->end;
        kernel.stream = keys_.stream(pid, row.integer_or(3, -1), row.integer_or(4, 0), row.integer_or(5, 0));
        kernel.correlation = keys_.correlation(pid, row.integer(6));
        kernel.graph = graph_of(row.integer(7), std::nullopt);
        kernel.name = t_.intern(fmt::format("CUDA graph {}", kernel.graph));
        t_.kernels.push_back(kernel);
      });
}

void Records::read_copies() {
  file_.for_each(
      "CUPTI_ACTIVITY_KIND_MEMCPY",
      {"start", "end", "globalPid", "deviceId", "contextId", "streamId", "correlationId", "bytes", "copyKind",
       "srcKind", "dstKind", "copyCount", "graphNodeId"},
      [&](const Row& row) {
        const auto at = times(row);
        if (!at) return;
        const std::int64_t pid = row.integer_or(2, 0);
        const CopyKind kind = enums_.copy_kind(row.integer_or(8, -1));
        if (kind.direction == trace::CopyDirection::kUnknown) ++t_.defects.unknown_records;
        trace::Copy copy;
        copy.begin = at->begin;
        copy.end = at->end;
        copy.stream = keys_.stream(pid, row.integer_or(3, -1), row.integer_or(4, 0), row.integer_or(5, 0));
        copy.correlation = keys_.correlation(pid, row.integer(6));
        copy.bytes = unsigned_or_zero(row.integer(7));
        copy.direction = kind.direction;
        copy.source = kind.managed ? trace::MemoryKind::kManaged : enums_.memory_kind(row.integer(9));
        copy.target = kind.managed ? trace::MemoryKind::kManaged : enums_.memory_kind(row.integer(10));
        const std::uint64_t count = unsigned_or_zero(row.integer(11));
        copy.count = std::in_range<std::uint32_t>(count) && count > 0 ? static_cast<std::uint32_t>(count) : 1;
        copy.graph = graph_of(std::nullopt, row.integer(12));
        t_.copies.push_back(copy);
      });
}

void Records::read_memsets() {
  file_.for_each("CUPTI_ACTIVITY_KIND_MEMSET",
                 {"start", "end", "globalPid", "deviceId", "contextId", "streamId", "correlationId", "bytes",
                  "graphNodeId"},
                 [&](const Row& row) {
                   const auto at = times(row);
                   if (!at) return;
                   const std::int64_t pid = row.integer_or(2, 0);
                   trace::Memset memset;
                   memset.begin = at->begin;
                   memset.end = at->end;
                   memset.stream =
                       keys_.stream(pid, row.integer_or(3, -1), row.integer_or(4, 0), row.integer_or(5, 0));
                   memset.correlation = keys_.correlation(pid, row.integer(6));
                   memset.bytes = unsigned_or_zero(row.integer(7));
                   memset.graph = graph_of(std::nullopt, row.integer(8));
                   t_.memsets.push_back(memset);
                 });
}

}  // namespace offledger::importers::nsys
