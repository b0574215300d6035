// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/kinds.hpp"

#include <cupti.h>

#include <string>

#include "collectors/cupti/error.hpp"
#include "collectors/cupti/names.hpp"

namespace offledger::cupti {
namespace {

enum class Side { kDevice, kHost };
struct Kind {
  CUpti_ActivityKind kind;
  Side side;
  Level least;
};

constexpr Kind kKinds[] = {
    {CUPTI_ACTIVITY_KIND_DEVICE, Side::kDevice, Level::kOperations},
    {CUPTI_ACTIVITY_KIND_CONTEXT, Side::kDevice, Level::kOperations},
    {CUPTI_ACTIVITY_KIND_MEMCPY, Side::kDevice, Level::kOperations},
    {CUPTI_ACTIVITY_KIND_MEMCPY2, Side::kDevice, Level::kOperations},
    {CUPTI_ACTIVITY_KIND_MEMSET, Side::kDevice, Level::kOperations},
    {CUPTI_ACTIVITY_KIND_GRAPH_TRACE, Side::kDevice, Level::kOperations},
    {CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, Side::kDevice, Level::kOperations},
    {CUPTI_ACTIVITY_KIND_MARKER, Side::kHost, Level::kOperations},
    {CUPTI_ACTIVITY_KIND_MARKER_DATA, Side::kHost, Level::kOperations},
    {CUPTI_ACTIVITY_KIND_NAME, Side::kHost, Level::kOperations},
    {CUPTI_ACTIVITY_KIND_SYNCHRONIZATION, Side::kHost, Level::kSynchronization},
    {CUPTI_ACTIVITY_KIND_CUDA_EVENT, Side::kHost, Level::kSynchronization},
    {CUPTI_ACTIVITY_KIND_OVERHEAD, Side::kHost, Level::kDriver},
    {CUPTI_ACTIVITY_KIND_DRIVER, Side::kHost, Level::kDriver},
    {CUPTI_ACTIVITY_KIND_RUNTIME, Side::kHost, Level::kRuntime},
};

bool wanted(const Kind& entry, const Options& options) {
  switch (entry.kind) {
    case CUPTI_ACTIVITY_KIND_MARKER:
    case CUPTI_ACTIVITY_KIND_MARKER_DATA:
    case CUPTI_ACTIVITY_KIND_NAME: return options.nvtx;
    case CUPTI_ACTIVITY_KIND_GRAPH_TRACE: return !options.graph_nodes;
    default: return options.level >= entry.least;
  }
}

/// Takes out of a domain's kind the functions of which `unwanted` is true.
template <typename Unwanted>
void leave_out(trace::Api api, Unwanted unwanted) {
  const bool runtime = api == trace::Api::kRuntime;
  const auto end = static_cast<std::uint32_t>(runtime ? int{CUPTI_RUNTIME_TRACE_CBID_SIZE}
                                                      : int{CUPTI_DRIVER_TRACE_CBID_SIZE});
  for (std::uint32_t cbid = 1; cbid < end; ++cbid) {
    const auto name = api_name(api, cbid);
    if (!name || !unwanted(*name)) continue;
    if (runtime) {
      OFFLEDGER_CUPTI(cuptiActivityEnableRuntimeApi(cbid, 0));
    } else {
      OFFLEDGER_CUPTI(cuptiActivityEnableDriverApi(cbid, 0));
    }
  }
}

}  // namespace

void enable_kinds(const Options& options) {
  // Queries that find work unfinished are polling, not waiting.
  OFFLEDGER_CUPTI(cuptiActivityEnableAllSyncRecords(0));
  OFFLEDGER_CUPTI(cuptiActivityEnableCudaEventDeviceTimestamps(options.event_times ? 1 : 0));
  for (const Kind& entry : kKinds) {
    // Devices and contexts may be older than the recording: AndDump gives them too.
    if (wanted(entry, options)) OFFLEDGER_CUPTI(cuptiActivityEnableAndDump(entry.kind));
  }
  // After the kind, which overrides what was chosen before it. Choosing driver functions without their kind
  // is accepted, and records nothing.
  if (options.level >= Level::kRuntime) {
    leave_out(trace::Api::kRuntime, [](const std::string& name) { return is_runtime_chatter(name); });
  }
  if (options.level >= Level::kDriver) {
    leave_out(trace::Api::kDriver, [](const std::string& name) { return !is_driver_work(name); });
  }
}

void disable_host_kinds(const Options& options) noexcept {
  for (const Kind& entry : kKinds) {
    if (entry.side == Side::kHost && wanted(entry, options)) cuptiActivityDisable(entry.kind);
  }
}

void disable_device_kinds(const Options& options) noexcept {
  for (const Kind& entry : kKinds) {
    if (entry.side == Side::kDevice && wanted(entry, options)) cuptiActivityDisable(entry.kind);
  }
}

}  // namespace offledger::cupti
