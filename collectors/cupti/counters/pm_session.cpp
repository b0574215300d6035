// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/counters/pm_session.hpp"

#include <cupti_profiler_target.h>
#include <cupti_target.h>

#include <algorithm>
#include <utility>

#include "collectors/cupti/error.hpp"

namespace offledger::counters {
namespace {

template <typename Params>
Params params(std::size_t size) {
  Params made{};
  made.structSize = size;
  return made;
}
#define OFFLEDGER_PARAMS(type) params<type>(type##_STRUCT_SIZE)

void initialize_profiler() {
  auto request = OFFLEDGER_PARAMS(CUpti_Profiler_Initialize_Params);
  OFFLEDGER_CUPTI(cuptiProfilerInitialize(&request));
}

}  // namespace

std::string chip_of(std::uint32_t device) {
  initialize_profiler();
  auto request = OFFLEDGER_PARAMS(CUpti_Device_GetChipName_Params);
  request.deviceIndex = device;
  OFFLEDGER_CUPTI(cuptiDeviceGetChipName(&request));
  return request.pChipName == nullptr ? "" : request.pChipName;
}

std::vector<std::uint8_t> availability_of(std::uint32_t device) {
  auto request = OFFLEDGER_PARAMS(CUpti_PmSampling_GetCounterAvailability_Params);
  request.deviceIndex = device;
  OFFLEDGER_CUPTI(cuptiPmSamplingGetCounterAvailability(&request));
  std::vector<std::uint8_t> image(request.counterAvailabilityImageSize);
  request.pCounterAvailabilityImage = image.data();
  OFFLEDGER_CUPTI(cuptiPmSamplingGetCounterAvailability(&request));
  return image;
}

PmSession::PmSession(std::uint32_t device, const ProfilerHost& host, Config config, Nanos interval,
                     std::uint64_t hardware_buffer_bytes)
    : config_(std::move(config)) {
  auto enable = OFFLEDGER_PARAMS(CUpti_PmSampling_Enable_Params);
  enable.deviceIndex = device;
  OFFLEDGER_CUPTI(cuptiPmSamplingEnable(&enable));
  sampling_ = enable.pPmSamplingObject;
  try {
    auto set = OFFLEDGER_PARAMS(CUpti_PmSampling_SetConfig_Params);
    set.pPmSamplingObject = sampling_;
    set.configSize = config_.image.size();
    set.pConfig = config_.image.data();
    set.hardwareBufferSize = hardware_buffer_bytes;
    set.samplingInterval = static_cast<std::uint64_t>(interval.count());
    set.triggerMode = CUPTI_PM_SAMPLING_TRIGGER_MODE_GPU_TIME_INTERVAL;
    set.hwBufferAppendMode = CUPTI_PM_SAMPLING_HARDWARE_BUFFER_APPEND_MODE_KEEP_OLDEST;
    OFFLEDGER_CUPTI(cuptiPmSamplingSetConfig(&set));

    auto size = OFFLEDGER_PARAMS(CUpti_PmSampling_GetCounterDataSize_Params);
    size.pPmSamplingObject = sampling_;
    size.pMetricNames = const_cast<const char**>(host.metrics().data());  // CUPTI reads them only
    size.numMetrics = host.metrics().size();
    size.maxSamples = kImageSamples;
    OFFLEDGER_CUPTI(cuptiPmSamplingGetCounterDataSize(&size));
    image_bytes_ = size.counterDataSize;
    prepare(1);
  } catch (...) {
    auto disable = OFFLEDGER_PARAMS(CUpti_PmSampling_Disable_Params);
    disable.pPmSamplingObject = sampling_;
    cuptiPmSamplingDisable(&disable);
    throw;
  }
}

PmSession::~PmSession() {
  auto disable = OFFLEDGER_PARAMS(CUpti_PmSampling_Disable_Params);
  disable.pPmSamplingObject = sampling_;
  cuptiPmSamplingDisable(&disable);
}

void PmSession::start() {
  auto request = OFFLEDGER_PARAMS(CUpti_PmSampling_Start_Params);
  request.pPmSamplingObject = sampling_;
  OFFLEDGER_CUPTI(cuptiPmSamplingStart(&request));
}

void PmSession::stop() {
  auto request = OFFLEDGER_PARAMS(CUpti_PmSampling_Stop_Params);
  request.pPmSamplingObject = sampling_;
  OFFLEDGER_CUPTI(cuptiPmSamplingStop(&request));
}

void PmSession::prepare(std::size_t batches) {
  while (ready_.size() < batches) {
    Image image(image_bytes_);
    initialize(image);
    ready_.push_back(std::move(image));
  }
}

bool PmSession::drain(std::vector<Batch>& into) {
  prepare(1);
  Image image = std::move(ready_.back());
  ready_.pop_back();
  auto decode = OFFLEDGER_PARAMS(CUpti_PmSampling_DecodeData_Params);
  decode.pPmSamplingObject = sampling_;
  decode.pCounterDataImage = image.data();
  decode.counterDataImageSize = image.size();
  const CUptiResult result = cuptiPmSamplingDecodeData(&decode);
  // CUPTI reports a full hardware buffer either way; what was decoded before is good.
  const bool overflowed = decode.overflow != 0 || result == CUPTI_ERROR_OUT_OF_MEMORY;
  if (!overflowed) cupti::check(result, "cuptiPmSamplingDecodeData");
  if (std::vector<Batch::Span> found = spans_in(image); !found.empty())
    into.push_back({std::move(image), std::move(found)});
  return !overflowed;
}

void PmSession::initialize(Image& image) const {
  auto request = OFFLEDGER_PARAMS(CUpti_PmSampling_CounterDataImage_Initialize_Params);
  request.pPmSamplingObject = sampling_;
  request.counterDataSize = image.size();
  request.pCounterData = image.data();
  OFFLEDGER_CUPTI(cuptiPmSamplingCounterDataImageInitialize(&request));
}

std::vector<Batch::Span> PmSession::spans_in(const Image& image) const {
  auto info = OFFLEDGER_PARAMS(CUpti_PmSampling_GetCounterDataInfo_Params);
  info.pCounterDataImage = image.data();
  info.counterDataImageSize = image.size();
  OFFLEDGER_CUPTI(cuptiPmSamplingGetCounterDataInfo(&info));
  std::vector<Batch::Span> spans(info.numCompletedSamples);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    auto sample = OFFLEDGER_PARAMS(CUpti_PmSampling_CounterData_GetSampleInfo_Params);
    sample.pPmSamplingObject = sampling_;
    sample.pCounterDataImage = image.data();
    sample.counterDataImageSize = image.size();
    sample.sampleIndex = i;
    OFFLEDGER_CUPTI(cuptiPmSamplingCounterDataGetSampleInfo(&sample));
    spans[i] = {Nanos(static_cast<std::int64_t>(sample.startTimestamp)),
                Nanos(static_cast<std::int64_t>(sample.endTimestamp))};
  }
  return spans;
}

}  // namespace offledger::counters
