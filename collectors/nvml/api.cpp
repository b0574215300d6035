// SPDX-License-Identifier: Apache-2.0
#include "collectors/nvml/api.hpp"

#include <dlfcn.h>

namespace offledger::nvml {
namespace {

template <typename Function>
void find(void* library, const char* symbol, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, symbol));
}

Api resolve(void* library) {
  Api api;
  find(library, "nvmlInit_v2", api.init);
  find(library, "nvmlShutdown", api.shutdown);
  find(library, "nvmlErrorString", api.error_string);
  find(library, "nvmlSystemGetDriverVersion", api.driver_version);
  find(library, "nvmlSystemGetCudaDriverVersion_v2", api.cuda_version);
  find(library, "nvmlDeviceGetCount_v2", api.count);
  find(library, "nvmlDeviceGetHandleByIndex_v2", api.handle);
  find(library, "nvmlDeviceGetName", api.name);
  find(library, "nvmlDeviceGetUUID", api.uuid);
  find(library, "nvmlDeviceGetPciInfo_v3", api.pci);
  find(library, "nvmlDeviceGetMemoryInfo", api.memory);
  find(library, "nvmlDeviceGetClockInfo", api.clock);
  find(library, "nvmlDeviceGetMaxClockInfo", api.clock_max);
  // Renamed to …ClocksEventReasons in newer drivers, which keep this name too.
  find(library, "nvmlDeviceGetCurrentClocksThrottleReasons", api.clock_reasons);
  find(library, "nvmlDeviceGetTemperature", api.temperature);
  find(library, "nvmlDeviceGetPowerUsage", api.power);
  find(library, "nvmlDeviceGetEnforcedPowerLimit", api.power_limit);
  find(library, "nvmlDeviceGetCurrPcieLinkGeneration", api.pcie_generation);
  find(library, "nvmlDeviceGetMaxPcieLinkGeneration", api.pcie_generation_max);
  find(library, "nvmlDeviceGetCurrPcieLinkWidth", api.pcie_width);
  find(library, "nvmlDeviceGetMaxPcieLinkWidth", api.pcie_width_max);
  find(library, "nvmlDeviceGetPcieReplayCounter", api.pcie_replays);
  find(library, "nvmlDeviceGetEccMode", api.ecc);
  find(library, "nvmlDeviceGetTotalEccErrors", api.ecc_errors);
  find(library, "nvmlDeviceGetMigMode", api.mig);
  find(library, "nvmlDeviceGetComputeRunningProcesses_v3", api.processes);
  return api;
}

}  // namespace

Loaded load() {
  // Never unloaded: the driver's library keeps threads and handlers of its own.
  void* library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = dlerror();
    return {{}, reason != nullptr ? reason : "libnvidia-ml.so.1 cannot be loaded"};
  }
  Loaded loaded{resolve(library), {}};
  const Api& api = loaded.api;
  if (!api.init || !api.shutdown || !api.count || !api.handle)
    loaded.problem = "libnvidia-ml.so.1 lacks NVML's functions";
  return loaded;
}

}  // namespace offledger::nvml
