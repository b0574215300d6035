// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/counters/profiler_host.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "collectors/cupti/counters/params.hpp"
#include "collectors/cupti/error.hpp"

namespace offledger::counters {
namespace {

CUpti_Profiler_Host_Object* make(const std::string& chip, const std::vector<std::uint8_t>& availability) {
  auto request = OFFLEDGER_PARAMS(CUpti_Profiler_Host_Initialize_Params);
  request.profilerType = CUPTI_PROFILER_TYPE_PM_SAMPLING;
  request.pChipName = chip.c_str();
  request.pCounterAvailabilityImage = availability.empty() ? nullptr : availability.data();
  OFFLEDGER_CUPTI(cuptiProfilerHostInitialize(&request));
  return request.pHostObject;
}

void destroy(CUpti_Profiler_Host_Object* host) noexcept {
  auto request = OFFLEDGER_PARAMS(CUpti_Profiler_Host_Deinitialize_Params);
  request.pHostObject = host;
  cuptiProfilerHostDeinitialize(&request);
}

/// Metrics added to a host object cannot be taken out: a question about passes needs an object of its own.
struct Scratch {
  explicit Scratch(CUpti_Profiler_Host_Object* made) : host(made) {}
  ~Scratch() { destroy(host); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  CUpti_Profiler_Host_Object* host;
};

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> all;
  for (const std::string& text : texts) all.push_back(text.c_str());
  return all;
}

CUptiResult add(CUpti_Profiler_Host_Object* host, std::vector<const char*>& names) {
  auto request = OFFLEDGER_PARAMS(CUpti_Profiler_Host_ConfigAddMetrics_Params);
  request.pHostObject = host;
  request.ppMetricNames = names.data();
  request.numMetrics = names.size();
  return cuptiProfilerHostConfigAddMetrics(&request);
}

Config config_of(CUpti_Profiler_Host_Object* host) {
  auto size = OFFLEDGER_PARAMS(CUpti_Profiler_Host_GetConfigImageSize_Params);
  size.pHostObject = host;
  OFFLEDGER_CUPTI(cuptiProfilerHostGetConfigImageSize(&size));
  Config config;
  config.image.resize(size.configImageSize);
  auto image = OFFLEDGER_PARAMS(CUpti_Profiler_Host_GetConfigImage_Params);
  image.pHostObject = host;
  image.configImageSize = config.image.size();
  image.pConfigImage = config.image.data();
  OFFLEDGER_CUPTI(cuptiProfilerHostGetConfigImage(&image));
  auto passes = OFFLEDGER_PARAMS(CUpti_Profiler_Host_GetNumOfPasses_Params);
  passes.configImageSize = config.image.size();
  passes.pConfigImage = config.image.data();
  OFFLEDGER_CUPTI(cuptiProfilerHostGetNumOfPasses(&passes));
  config.passes = passes.numOfPasses;
  return config;
}

}  // namespace

ProfilerHost::ProfilerHost(std::string chip, std::vector<std::uint8_t> availability)
    : chip_(std::move(chip)), availability_(std::move(availability)) {
  const auto known = known_chips();
  if (availability_.empty() && std::find(known.begin(), known.end(), chip_) == known.end()) {
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format("this CUPTI knows no chip '{}': install the CUPTI of a newer CUDA for its counters",
                    chip_));
  }
  host_ = make(chip_, availability_);
}

ProfilerHost::~ProfilerHost() {
  destroy(host_);
}

std::size_t ProfilerHost::passes(const std::vector<std::string>& metrics) const {
  const Scratch scratch(make(chip_, availability_));
  std::vector<const char*> names = pointers(metrics);
  if (add(scratch.host, names) != CUPTI_SUCCESS) return 0;
  return config_of(scratch.host).passes;
}

Config ProfilerHost::configure(const std::vector<std::string>& metrics) {
  metrics_ = metrics;
  names_ = pointers(metrics_);
  cupti::check(add(host_, names_), "cuptiProfilerHostConfigAddMetrics");
  return config_of(host_);
}

void ProfilerHost::evaluate(const std::vector<std::uint8_t>& image, std::size_t sample,
                            std::vector<double>& values) const {
  values.resize(names_.size());
  auto request = OFFLEDGER_PARAMS(CUpti_Profiler_Host_EvaluateToGpuValues_Params);
  request.pHostObject = host_;
  request.pCounterDataImage = image.data();
  request.counterDataImageSize = image.size();
  request.rangeIndex = sample;
  request.ppMetricNames = const_cast<const char**>(names_.data());  // CUPTI reads them only
  request.numMetrics = names_.size();
  request.pMetricValues = values.data();
  OFFLEDGER_CUPTI(cuptiProfilerHostEvaluateToGpuValues(&request));
}

std::vector<std::string> known_chips() {
  auto request = OFFLEDGER_PARAMS(CUpti_Profiler_Host_GetSupportedChips_Params);
  if (cuptiProfilerHostGetSupportedChips(&request) != CUPTI_SUCCESS) return {};
  return {request.ppChipNames, request.ppChipNames + request.numChips};
}

}  // namespace offledger::counters
