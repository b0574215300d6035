// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/capture_watch.hpp"

#include <cuda_runtime_api.h>
#include <generated_nvtx_meta.h>
#include <unistd.h>

#include "collectors/cupti/error.hpp"

namespace offledger::cupti {
namespace {

constexpr CUpti_CallbackId kRangeCallbacks[] = {
    CUPTI_CBID_NVTX_nvtxRangePushA,         CUPTI_CBID_NVTX_nvtxRangePushEx,
    CUPTI_CBID_NVTX_nvtxRangePushW,         CUPTI_CBID_NVTX_nvtxRangePop,
    CUPTI_CBID_NVTX_nvtxDomainRangePushEx,  CUPTI_CBID_NVTX_nvtxDomainRangePop,
    CUPTI_CBID_NVTX_nvtxRangeStartA,        CUPTI_CBID_NVTX_nvtxRangeStartEx,
    CUPTI_CBID_NVTX_nvtxDomainRangeStartEx, CUPTI_CBID_NVTX_nvtxRangeEnd,
    CUPTI_CBID_NVTX_nvtxDomainRangeEnd,     CUPTI_CBID_NVTX_nvtxDomainRegisterStringA,
};

/// What an NVTX call was given; CUPTI passes a pointer to the call's parameters.
template <typename Parameters>
const Parameters& given(const CUpti_NvtxData& data) {
  return *static_cast<const Parameters*>(data.functionParams);
}

/// What it returned.
template <typename Result>
Result returned(const CUpti_NvtxData& data) {
  return data.functionReturnValue == nullptr ? Result{}
                                             : *static_cast<const Result*>(data.functionReturnValue);
}

}  // namespace

void CaptureWatch::subscribe(CUpti_SubscriberHandle handle) const {
  const auto enable = [&](CUpti_CallbackDomain domain, CUpti_CallbackId id) {
    OFFLEDGER_CUPTI(cuptiEnableCallback(1, handle, domain, id));
  };
  if (capture_.by == Capture::By::kProfilerApi) {
    enable(CUPTI_CB_DOMAIN_DRIVER_API, CUPTI_DRIVER_TRACE_CBID_cuProfilerStart);
    enable(CUPTI_CB_DOMAIN_DRIVER_API, CUPTI_DRIVER_TRACE_CBID_cuProfilerStop);
    enable(CUPTI_CB_DOMAIN_RUNTIME_API, CUPTI_RUNTIME_TRACE_CBID_cudaProfilerStart_v4000);
    enable(CUPTI_CB_DOMAIN_RUNTIME_API, CUPTI_RUNTIME_TRACE_CBID_cudaProfilerStop_v4000);
  } else if (capture_.by == Capture::By::kRange) {
    for (const CUpti_CallbackId id : kRangeCallbacks) enable(CUPTI_CB_DOMAIN_NVTX, id);
  }
}

CaptureEdge CaptureWatch::on_callback(CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* data) {
  if (data == nullptr) return CaptureEdge::kNone;
  const std::lock_guard lock(mutex_);
  if (domain == CUPTI_CB_DOMAIN_NVTX) {
    return capture_.by == Capture::By::kRange ? on_nvtx(id, *static_cast<const CUpti_NvtxData*>(data))
                                              : CaptureEdge::kNone;
  }
  return capture_.by == Capture::By::kProfilerApi
             ? on_api(domain, id, *static_cast<const CUpti_CallbackData*>(data))
             : CaptureEdge::kNone;
}

CaptureEdge CaptureWatch::on_api(CUpti_CallbackDomain domain, CUpti_CallbackId id,
                                 const CUpti_CallbackData& data) {
  const bool runtime = domain == CUPTI_CB_DOMAIN_RUNTIME_API;
  const bool starts = id == (runtime ? CUpti_CallbackId{CUPTI_RUNTIME_TRACE_CBID_cudaProfilerStart_v4000}
                                     : CUpti_CallbackId{CUPTI_DRIVER_TRACE_CBID_cuProfilerStart});
  const bool stops = id == (runtime ? CUpti_CallbackId{CUPTI_RUNTIME_TRACE_CBID_cudaProfilerStop_v4000}
                                    : CUpti_CallbackId{CUPTI_DRIVER_TRACE_CBID_cuProfilerStop});
  // The runtime's call contains the driver's: whichever comes first counts, and the calls themselves stay
  // outside.
  if (starts && data.callbackSite == CUPTI_API_EXIT && !profiler_running_) {
    profiler_running_ = true;
    return open();
  }
  if (stops && data.callbackSite == CUPTI_API_ENTER && profiler_running_) {
    profiler_running_ = false;
    return close();
  }
  return CaptureEdge::kNone;
}

CaptureEdge CaptureWatch::on_nvtx(CUpti_CallbackId id, const CUpti_NvtxData& data) {
  switch (id) {
    case CUPTI_CBID_NVTX_nvtxRangePushA: {
      const char* name = given<nvtxRangePushA_params>(data).message;
      return push(nullptr, name != nullptr && capture_.range == name);
    }
    case CUPTI_CBID_NVTX_nvtxRangePushW:
      return push(nullptr, false);  // a wide name: it still has to be popped
    case CUPTI_CBID_NVTX_nvtxRangePushEx:
      return push(nullptr, matches(given<nvtxRangePushEx_params>(data).eventAttrib));
    case CUPTI_CBID_NVTX_nvtxDomainRangePushEx: {
      const auto& call = given<nvtxDomainRangePushEx_params>(data);
      return push(call.domain, matches(call.core.eventAttrib));
    }
    case CUPTI_CBID_NVTX_nvtxRangePop: return pop(nullptr);
    case CUPTI_CBID_NVTX_nvtxDomainRangePop: return pop(given<nvtxDomainRangePop_params>(data).domain);
    case CUPTI_CBID_NVTX_nvtxRangeStartA: {
      const char* name = given<nvtxRangeStartA_params>(data).message;
      return start(name != nullptr && capture_.range == name, returned<nvtxRangeId_t>(data));
    }
    case CUPTI_CBID_NVTX_nvtxRangeStartEx:
      return start(matches(given<nvtxRangeStartEx_params>(data).eventAttrib), returned<nvtxRangeId_t>(data));
    case CUPTI_CBID_NVTX_nvtxDomainRangeStartEx:
      return start(matches(given<nvtxDomainRangeStartEx_params>(data).core.eventAttrib),
                   returned<nvtxRangeId_t>(data));
    case CUPTI_CBID_NVTX_nvtxRangeEnd: return end(given<nvtxRangeEnd_params>(data).id);
    case CUPTI_CBID_NVTX_nvtxDomainRangeEnd: return end(given<nvtxDomainRangeEnd_params>(data).core.id);
    case CUPTI_CBID_NVTX_nvtxDomainRegisterStringA: {
      const char* text = given<nvtxDomainRegisterStringA_params>(data).string;
      if (text != nullptr) registered_[returned<nvtxStringHandle_t>(data)] = text;
      return CaptureEdge::kNone;
    }
    default: return CaptureEdge::kNone;
  }
}

CaptureEdge CaptureWatch::push(const void* domain, bool matches) {
  stacks_[{static_cast<std::uint64_t>(gettid()), domain}].push_back(matches);
  return matches ? open() : CaptureEdge::kNone;
}

CaptureEdge CaptureWatch::pop(const void* domain) {
  const auto at = stacks_.find({static_cast<std::uint64_t>(gettid()), domain});
  // A range that was open before we listened has no entry.
  if (at == stacks_.end() || at->second.empty()) return CaptureEdge::kNone;
  const bool matched = at->second.back();
  at->second.pop_back();
  if (at->second.empty()) stacks_.erase(at);
  return matched ? close() : CaptureEdge::kNone;
}

CaptureEdge CaptureWatch::start(bool matches, std::uint64_t id) {
  return matches && started_.insert(id).second ? open() : CaptureEdge::kNone;
}

CaptureEdge CaptureWatch::end(std::uint64_t id) {
  return started_.erase(id) > 0 ? close() : CaptureEdge::kNone;
}

CaptureEdge CaptureWatch::open() {
  return open_++ == 0 ? CaptureEdge::kBegin : CaptureEdge::kNone;
}

CaptureEdge CaptureWatch::close() {
  return --open_ == 0 ? CaptureEdge::kEnd : CaptureEdge::kNone;
}

bool CaptureWatch::matches(const void* attributes) const {
  if (attributes == nullptr) return false;
  const auto& event = *static_cast<const nvtxEventAttributes_t*>(attributes);
  if (event.messageType == NVTX_MESSAGE_TYPE_ASCII) {
    return event.message.ascii != nullptr && capture_.range == event.message.ascii;
  }
  if (event.messageType != NVTX_MESSAGE_TYPE_REGISTERED) return false;
  const auto at = registered_.find(event.message.registered);
  return at != registered_.end() && at->second == capture_.range;
}

}  // namespace offledger::cupti
