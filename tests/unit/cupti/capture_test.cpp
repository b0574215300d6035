// SPDX-License-Identifier: Apache-2.0
//
// Captures begin and end where the program says so: callbacks as CUPTI makes them, filled by hand.
#include <cuda_runtime_api.h>
#include <generated_nvtx_meta.h>
#include <gtest/gtest.h>

#include <thread>

#include "collectors/cupti/capture_watch.hpp"

namespace offledger::cupti {
namespace {

TEST(Capture, IsSpelledThreeWays) {
  EXPECT_EQ(parse_capture("all"), Capture{});
  EXPECT_EQ(parse_capture("cudaProfilerApi")->by, Capture::By::kProfilerApi);
  EXPECT_EQ(parse_capture("nvtx:decode step"), (Capture{Capture::By::kRange, "decode step"}));
  for (const char* bad : {"", "nvtx:", "nvtx", "cudaprofilerapi"})
    EXPECT_EQ(parse_capture(bad), std::nullopt) << bad;
}

class ProfilerApi {
 public:
  CaptureEdge call(bool start, CUpti_ApiCallbackSite site, bool runtime = true) {
    CUpti_CallbackData data{};
    data.callbackSite = site;
    CUpti_CallbackId id = start ? CUPTI_RUNTIME_TRACE_CBID_cudaProfilerStart_v4000
                                : CUPTI_RUNTIME_TRACE_CBID_cudaProfilerStop_v4000;
    if (!runtime)
      id = start ? CUPTI_DRIVER_TRACE_CBID_cuProfilerStart : CUPTI_DRIVER_TRACE_CBID_cuProfilerStop;
    return watch_.on_callback(runtime ? CUPTI_CB_DOMAIN_RUNTIME_API : CUPTI_CB_DOMAIN_DRIVER_API, id, &data);
  }

 private:
  CaptureWatch watch_{Capture{Capture::By::kProfilerApi, {}}};
};

TEST(Capture, ProfilerApiOpensOnExitAndClosesOnEntry) {
  ProfilerApi api;
  for (int step = 0; step < 2; ++step) {
    EXPECT_EQ(api.call(true, CUPTI_API_ENTER), CaptureEdge::kNone);
    EXPECT_EQ(api.call(true, CUPTI_API_EXIT, false), CaptureEdge::kBegin);  // the driver's call inside
    EXPECT_EQ(api.call(true, CUPTI_API_EXIT), CaptureEdge::kNone);
    EXPECT_EQ(api.call(false, CUPTI_API_ENTER), CaptureEdge::kEnd);
    EXPECT_EQ(api.call(false, CUPTI_API_ENTER, false), CaptureEdge::kNone);
    EXPECT_EQ(api.call(false, CUPTI_API_EXIT), CaptureEdge::kNone);
  }
}

class Nvtx {
 public:
  explicit Nvtx(const char* range) : watch_(Capture{Capture::By::kRange, range}) {}

  CaptureEdge push(const char* name) {
    const nvtxRangePushA_params call{name};
    return report(CUPTI_CBID_NVTX_nvtxRangePushA, &call, nullptr);
  }
  CaptureEdge pop() {
    const nvtxRangePop_params call{};
    return report(CUPTI_CBID_NVTX_nvtxRangePop, &call, nullptr);
  }
  CaptureEdge push(nvtxDomainHandle_t domain, nvtxStringHandle_t registered) {
    nvtxEventAttributes_t attributes{};
    attributes.messageType = NVTX_MESSAGE_TYPE_REGISTERED;
    attributes.message.registered = registered;
    const nvtxDomainRangePushEx_params call{domain, {&attributes}};
    return report(CUPTI_CBID_NVTX_nvtxDomainRangePushEx, &call, nullptr);
  }
  CaptureEdge pop(nvtxDomainHandle_t domain) {
    const nvtxDomainRangePop_params call{domain};
    return report(CUPTI_CBID_NVTX_nvtxDomainRangePop, &call, nullptr);
  }
  void intern(nvtxDomainHandle_t domain, const char* text, nvtxStringHandle_t handle) {
    const nvtxDomainRegisterStringA_params call{domain, text};
    report(CUPTI_CBID_NVTX_nvtxDomainRegisterStringA, &call, &handle);
  }
  CaptureEdge start(const char* name, nvtxRangeId_t id) {
    const nvtxRangeStartA_params call{name};
    return report(CUPTI_CBID_NVTX_nvtxRangeStartA, &call, &id);
  }
  CaptureEdge end(nvtxRangeId_t id) {
    const nvtxRangeEnd_params call{id};
    return report(CUPTI_CBID_NVTX_nvtxRangeEnd, &call, nullptr);
  }

 private:
  CaptureEdge report(CUpti_CallbackId id, const void* call, const void* result) {
    CUpti_NvtxData data{};
    data.functionParams = call;
    data.functionReturnValue = result;
    return watch_.on_callback(CUPTI_CB_DOMAIN_NVTX, id, &data);
  }
  CaptureWatch watch_;
};

TEST(Capture, ARangeIsItsPushToItsPop) {
  Nvtx nvtx("step");
  EXPECT_EQ(nvtx.push("forward"), CaptureEdge::kNone);
  EXPECT_EQ(nvtx.push("step"), CaptureEdge::kBegin);
  EXPECT_EQ(nvtx.push("layer"), CaptureEdge::kNone);
  EXPECT_EQ(nvtx.pop(), CaptureEdge::kNone);
  EXPECT_EQ(nvtx.pop(), CaptureEdge::kEnd);
  EXPECT_EQ(nvtx.pop(), CaptureEdge::kNone);
  EXPECT_EQ(nvtx.pop(), CaptureEdge::kNone);  // it was open before we listened
  EXPECT_EQ(nvtx.push(nullptr), CaptureEdge::kNone);
}

TEST(Capture, OverlappingRangesAreOneCapture) {
  Nvtx nvtx("step");
  EXPECT_EQ(nvtx.push("step"), CaptureEdge::kBegin);
  std::thread other([&] { EXPECT_EQ(nvtx.push("step"), CaptureEdge::kNone); });
  other.join();
  EXPECT_EQ(nvtx.start("step", 9), CaptureEdge::kNone);
  EXPECT_EQ(nvtx.pop(), CaptureEdge::kNone);
  EXPECT_EQ(nvtx.end(8), CaptureEdge::kNone);
  EXPECT_EQ(nvtx.end(9), CaptureEdge::kNone);  // the other thread's is open
}

TEST(Capture, DomainsHaveStacksAndStringsOfTheirOwn) {
  Nvtx nvtx("step");
  auto* domain = reinterpret_cast<nvtxDomainHandle_t>(0x10);
  auto* name = reinterpret_cast<nvtxStringHandle_t>(0x20);
  EXPECT_EQ(nvtx.push(domain, name), CaptureEdge::kNone);  // not registered yet
  EXPECT_EQ(nvtx.pop(domain), CaptureEdge::kNone);
  nvtx.intern(domain, "step", name);
  EXPECT_EQ(nvtx.push(domain, name), CaptureEdge::kBegin);
  EXPECT_EQ(nvtx.pop(), CaptureEdge::kNone);  // the default domain's
  EXPECT_EQ(nvtx.pop(domain), CaptureEdge::kEnd);
}

}  // namespace
}  // namespace offledger::cupti
