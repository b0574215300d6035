// SPDX-License-Identifier: Apache-2.0
#include "collectors/nvml/monitor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace offledger::nvml {
namespace {

/// Memory that NVML cannot attribute (inside containers) is all ones.
constexpr unsigned long long kNoMemory = ~0ull;

std::string reason_of(const Api& api, Result result) {
  if (result == kNotSupported) return "this GPU does not have it";
  if (result == kNoPermission) return "no permission: run as root";
  const char* text = api.error_string != nullptr ? api.error_string(result) : nullptr;
  return text != nullptr ? text : fmt::format("NVML error {}", result);
}

/// What `function(args…, &value)` gives.
template <typename T, typename Function, typename... Args>
Reading<T> read(const Api& api, Function function, Args... args) {
  if (function == nullptr) return Reading<T>::absent("this driver's NVML does not have it");
  T value{};
  const Result result = function(args..., &value);
  if (result != 0) return Reading<T>::absent(reason_of(api, result));
  return value;
}

/// The same for text.
template <typename Function, typename... Args>
Reading<std::string> read_text(const Api& api, Function function, Args... args) {
  if (function == nullptr) return Reading<std::string>::absent("this driver's NVML does not have it");
  char text[128] = {};
  const Result result = function(args..., text, static_cast<unsigned>(sizeof text));
  if (result != 0) return Reading<std::string>::absent(reason_of(api, result));
  text[sizeof text - 1] = '\0';
  return std::string(text);
}

template <typename To, typename From, typename Map>
Reading<To> map(const Reading<From>& reading, Map to) {
  if (!reading) return Reading<To>::absent(reading.why());
  return Reading<To>(to(*reading));
}

/// NVML's (current, pending) pairs.
template <typename Function>
Reading<bool> read_mode(const Api& api, Function function, Device device) {
  if (function == nullptr) return Reading<bool>::absent("this driver's NVML does not have it");
  unsigned current = 0, pending = 0;
  const Result result = function(device, &current, &pending);
  if (result != 0) return Reading<bool>::absent(reason_of(api, result));
  return current != 0;
}

Reading<PcieLink> link_of(const Reading<unsigned>& generation, const Reading<unsigned>& width) {
  if (!generation) return Reading<PcieLink>::absent(generation.why());
  if (!width) return Reading<PcieLink>::absent(width.why());
  return PcieLink{*generation, *width};
}

Reading<std::vector<GpuProcess>> read_processes(const Api& api, Device device) {
  using Processes = Reading<std::vector<GpuProcess>>;
  if (api.processes == nullptr) return Processes::absent("this driver's NVML does not have it");
  std::vector<ProcessInfo> rows(64);
  auto count = static_cast<unsigned>(rows.size());
  Result result = api.processes(device, &count, rows.data());
  // Another process may come between the question and its repetition: ask for room to spare.
  for (int attempt = 0; result == kInsufficientSize && attempt < 4; ++attempt) {
    rows.assign(std::size_t{count} * 2 + 16, {});
    count = static_cast<unsigned>(rows.size());
    result = api.processes(device, &count, rows.data());
  }
  if (result != 0) return Processes::absent(reason_of(api, result));
  std::vector<GpuProcess> processes;
  for (unsigned i = 0; i < std::min<std::size_t>(count, rows.size()); ++i) {
    processes.push_back({rows[i].pid, rows[i].used_memory == kNoMemory ? 0 : rows[i].used_memory});
  }
  return processes;
}

}  // namespace

Monitor::Monitor() : Monitor(load()) {}

Monitor::Monitor(const Loaded& loaded) : api_(loaded.api), problem_(loaded.problem) {
  if (!problem_.empty()) return;
  if (const Result result = api_.init(); result != 0) {
    problem_ = "NVML does not start: " + reason_of(api_, result);
    return;
  }
  unsigned count = 0;
  const Result result = api_.count(&count);
  for (unsigned i = 0; result == 0 && i < count; ++i) {
    Device device = nullptr;
    if (api_.handle(i, &device) == 0) devices_.push_back(device);
  }
  if (devices_.empty()) {
    problem_ = result != 0 ? "NVML lists no GPU: " + reason_of(api_, result) : "the driver lists no GPU";
    api_.shutdown();
  }
}

Monitor::~Monitor() {
  if (problem_.empty()) api_.shutdown();
}

DriverSample Monitor::driver() const {
  DriverSample sample;
  if (!problem_.empty()) {
    sample.driver = Reading<std::string>::absent(problem_);
    sample.cuda = Reading<std::uint32_t>::absent(problem_);
    return sample;
  }
  sample.driver = read_text(api_, api_.driver_version);
  sample.cuda = map<std::uint32_t>(read<int>(api_, api_.cuda_version),
                                   [](int v) { return static_cast<std::uint32_t>(v); });
  return sample;
}

GpuSample Monitor::sample(std::size_t index) const {
  const Device device = devices_.at(index);
  constexpr int kSm = 1, kMemory = 2, kOnDie = 0, kUncorrected = 1, kSinceBoot = 0;
  GpuSample sample;
  sample.name = read_text(api_, api_.name, device);
  sample.uuid = read_text(api_, api_.uuid, device);
  sample.pci = map<std::string>(read<PciInfo>(api_, api_.pci, device),
                                [](const PciInfo& info) { return canonical_pci(info.bus_id); });
  const auto memory = read<Memory>(api_, api_.memory, device);
  sample.memory_total = map<std::uint64_t>(memory, [](const Memory& m) { return m.total; });
  sample.memory_used = map<std::uint64_t>(memory, [](const Memory& m) { return m.used; });
  sample.sm_mhz = read<unsigned>(api_, api_.clock, device, kSm);
  sample.sm_mhz_max = read<unsigned>(api_, api_.clock_max, device, kSm);
  sample.memory_mhz = read<unsigned>(api_, api_.clock, device, kMemory);
  sample.memory_mhz_max = read<unsigned>(api_, api_.clock_max, device, kMemory);
  sample.clock_reasons = map<std::uint64_t>(read<unsigned long long>(api_, api_.clock_reasons, device),
                                            [](unsigned long long bits) { return std::uint64_t{bits}; });
  sample.celsius = read<unsigned>(api_, api_.temperature, device, kOnDie);
  sample.milliwatts = read<unsigned>(api_, api_.power, device);
  sample.milliwatts_limit = read<unsigned>(api_, api_.power_limit, device);
  sample.pcie = link_of(read<unsigned>(api_, api_.pcie_generation, device),
                        read<unsigned>(api_, api_.pcie_width, device));
  sample.pcie_max = link_of(read<unsigned>(api_, api_.pcie_generation_max, device),
                            read<unsigned>(api_, api_.pcie_width_max, device));
  sample.pcie_replays = read<unsigned>(api_, api_.pcie_replays, device);
  sample.ecc = read_mode(api_, api_.ecc, device);
  sample.mig = read_mode(api_, api_.mig, device);
  sample.ecc_uncorrected =
      map<std::uint64_t>(read<unsigned long long>(api_, api_.ecc_errors, device, kUncorrected, kSinceBoot),
                         [](unsigned long long n) { return std::uint64_t{n}; });
  sample.processes = read_processes(api_, device);
  return sample;
}

std::optional<std::size_t> Monitor::find(const std::string& pci) const {
  const std::string wanted = canonical_pci(pci);
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    const auto info = read<PciInfo>(api_, api_.pci, devices_[i]);
    if (info && canonical_pci(info->bus_id) == wanted) return i;
  }
  return std::nullopt;
}

std::string canonical_pci(const std::string& address) {
  std::string text = address;
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::size_t colon = text.find(':');
  // The domain is four digits in sysfs, eight in NVML.
  if (colon != std::string::npos && colon > 4) text.erase(0, colon - 4);
  return text;
}

}  // namespace offledger::nvml
