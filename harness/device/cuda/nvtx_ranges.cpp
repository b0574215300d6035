// SPDX-License-Identifier: Apache-2.0
#include "harness/device/cuda/nvtx_ranges.hpp"

#include <nvtx3/nvToolsExt.h>

namespace offledger::cuda {
namespace {

/// Lives as long as the process: ranges may close while statics are destroyed.
nvtxDomainHandle_t domain() noexcept {
  static const nvtxDomainHandle_t handle = nvtxDomainCreateA(trace::kNvtxDomain);
  return handle;
}

}  // namespace

void push_range(const char* name, const trace::NvtxPayload& payload) noexcept {
  nvtxEventAttributes_t attributes{};
  attributes.version = NVTX_VERSION;
  attributes.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
  attributes.messageType = NVTX_MESSAGE_TYPE_ASCII;
  attributes.message.ascii = name;
  attributes.payloadType = NVTX_PAYLOAD_TYPE_UNSIGNED_INT64;
  attributes.payload.ullValue = trace::pack(payload);
  (void)nvtxDomainRangePushEx(domain(), &attributes);
}

void pop_range() noexcept {
  (void)nvtxDomainRangePop(domain());
}

}  // namespace offledger::cuda
