// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/counters/pm_session.hpp"

#include <cupti_profiler_target.h>
#include <cupti_target.h>

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <new>
#include <utility>

#include "collectors/cupti/counters/params.hpp"
#include "collectors/cupti/error.hpp"
#include "schedules/base/error.hpp"

namespace offledger::counters {
namespace {

/// How many Profilers there are: CUPTI counts none.
std::mutex profilers_mutex;
int profilers = 0;

/// The image whose size tells what a sample takes.
constexpr std::uint32_t kMeasuredSamples = 1024;

}  // namespace

Profiler::Profiler() {
  const std::lock_guard lock(profilers_mutex);
  auto request = OFFLEDGER_PARAMS(CUpti_Profiler_Initialize_Params);
  OFFLEDGER_CUPTI(cuptiProfilerInitialize(&request));
  ++profilers;
}

Profiler::~Profiler() {
  const std::lock_guard lock(profilers_mutex);
  if (--profilers > 0) return;
  auto request = OFFLEDGER_PARAMS(CUpti_Profiler_DeInitialize_Params);
  cuptiProfilerDeInitialize(&request);
}

std::string Profiler::chip_of(std::uint32_t device) const {
  auto request = OFFLEDGER_PARAMS(CUpti_Device_GetChipName_Params);
  request.deviceIndex = device;
  OFFLEDGER_CUPTI(cuptiDeviceGetChipName(&request));
  return request.pChipName == nullptr ? "" : request.pChipName;
}

std::vector<std::uint8_t> Profiler::availability_of(std::uint32_t device) const {
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
    : host_(host), config_(std::move(config)) {
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

    // A sample takes less of the buffer than of an image: 14.3 kB at most where an image takes 16.1 (H200,
    // the set of GH100.json), and 343 bytes for 635 (engines alone).
    const std::uint64_t sample_bytes =
        std::max<std::uint64_t>(1, image_bytes(kMeasuredSamples) / kMeasuredSamples);
    capacity_ =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(hardware_buffer_bytes / sample_bytes, UINT32_MAX));
  } catch (...) {
    disable();
    throw;
  }
}

PmSession::~PmSession() {
  disable();
}

void PmSession::disable() noexcept {
  auto request = OFFLEDGER_PARAMS(CUpti_PmSampling_Disable_Params);
  request.pPmSamplingObject = sampling_;
  cuptiPmSamplingDisable(&request);
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

Stretch PmSession::take(std::uint32_t most) {
  Stretch stretch;
  const std::size_t bytes = image_bytes(most);
  try {
    stretch.image.resize(bytes);
  } catch (const std::bad_alloc&) {
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format("expected {} MB of memory to decode {} samples into, found less: sample less often",
                    bytes / 1'000'000, most));
  }
  auto initialize = OFFLEDGER_PARAMS(CUpti_PmSampling_CounterDataImage_Initialize_Params);
  initialize.pPmSamplingObject = sampling_;
  initialize.counterDataSize = stretch.image.size();
  initialize.pCounterData = stretch.image.data();
  OFFLEDGER_CUPTI(cuptiPmSamplingCounterDataImageInitialize(&initialize));

  auto decode = OFFLEDGER_PARAMS(CUpti_PmSampling_DecodeData_Params);
  decode.pPmSamplingObject = sampling_;
  decode.pCounterDataImage = stretch.image.data();
  decode.counterDataImageSize = stretch.image.size();
  const CUptiResult result = cuptiPmSamplingDecodeData(&decode);
  // CUPTI reports a full hardware buffer either way.
  if (decode.overflow != 0 || result == CUPTI_ERROR_OUT_OF_MEMORY) {
    throw Error(
        ErrorKind::kNotMeasured,
        "the hardware buffer of counter samples overflowed, and CUPTI gives none of them: sample less "
        "often");
  }
  cupti::check(result, "cuptiPmSamplingDecodeData");
  stretch.cut_off = decode.decodeStopReason == CUPTI_PM_SAMPLING_DECODE_STOP_REASON_COUNTER_DATA_FULL;
  stretch.spans = spans_in(stretch.image);
  return stretch;
}

std::size_t PmSession::image_bytes(std::uint32_t samples) const {
  auto size = OFFLEDGER_PARAMS(CUpti_PmSampling_GetCounterDataSize_Params);
  size.pPmSamplingObject = sampling_;
  size.pMetricNames = const_cast<const char**>(host_.metrics().data());  // CUPTI reads them only
  size.numMetrics = host_.metrics().size();
  size.maxSamples = samples;
  OFFLEDGER_CUPTI(cuptiPmSamplingGetCounterDataSize(&size));
  return size.counterDataSize;
}

std::vector<Span> PmSession::spans_in(const std::vector<std::uint8_t>& image) const {
  auto info = OFFLEDGER_PARAMS(CUpti_PmSampling_GetCounterDataInfo_Params);
  info.pCounterDataImage = image.data();
  info.counterDataImageSize = image.size();
  OFFLEDGER_CUPTI(cuptiPmSamplingGetCounterDataInfo(&info));
  std::vector<Span> spans(info.numCompletedSamples);
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
