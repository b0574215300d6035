// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/driver.hpp"

#include <cuda.h>
#include <cupti.h>
#include <dlfcn.h>

namespace offledger::cupti {
namespace {

#define OFFLEDGER_STRING_(x) #x
#define OFFLEDGER_STRING(x) OFFLEDGER_STRING_(x)
// cuda.h maps names to the versions that its prototypes describe: the macro expands before it is spelt.
#define OFFLEDGER_DRIVER(name) reinterpret_cast<decltype(&name)>(dlsym(library, OFFLEDGER_STRING(name)))

struct Driver {
  decltype(&cuDriverGetVersion) version = nullptr;
  decltype(&cuDeviceGetCount) count = nullptr;
  decltype(&cuDeviceGet) device = nullptr;
  decltype(&cuDevicePrimaryCtxGetState) state = nullptr;
  decltype(&cuDevicePrimaryCtxRetain) retain = nullptr;
  decltype(&cuDevicePrimaryCtxRelease) release = nullptr;
  decltype(&cuCtxGetCurrent) current = nullptr;
  decltype(&cuCtxPushCurrent) push = nullptr;
  decltype(&cuCtxPopCurrent) pop = nullptr;
  decltype(&cuCtxSynchronize) synchronize = nullptr;

  [[nodiscard]] bool loaded() const noexcept {
    return version && count && device && state && retain && release && current && push && pop && synchronize;
  }
};

Driver load() noexcept {
  Driver driver;
  void* library = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_NOLOAD);
  if (library == nullptr) return driver;
  driver.version = OFFLEDGER_DRIVER(cuDriverGetVersion);
  driver.count = OFFLEDGER_DRIVER(cuDeviceGetCount);
  driver.device = OFFLEDGER_DRIVER(cuDeviceGet);
  driver.state = OFFLEDGER_DRIVER(cuDevicePrimaryCtxGetState);
  driver.retain = OFFLEDGER_DRIVER(cuDevicePrimaryCtxRetain);
  driver.release = OFFLEDGER_DRIVER(cuDevicePrimaryCtxRelease);
  driver.current = OFFLEDGER_DRIVER(cuCtxGetCurrent);
  driver.push = OFFLEDGER_DRIVER(cuCtxPushCurrent);
  driver.pop = OFFLEDGER_DRIVER(cuCtxPopCurrent);
  driver.synchronize = OFFLEDGER_DRIVER(cuCtxSynchronize);
  return driver;
}

/// Waits for a device's primary context, if the process has one there.
bool synchronize_primary(const Driver& driver, int ordinal) noexcept {
  CUdevice device = 0;
  unsigned flags = 0;
  int active = 0;
  if (driver.device(&device, ordinal) != CUDA_SUCCESS) return false;
  if (driver.state(device, &flags, &active) != CUDA_SUCCESS) return false;
  if (active == 0) return true;
  CUcontext context = nullptr;
  if (driver.retain(&context, device) != CUDA_SUCCESS) return false;
  bool done = driver.push(context) == CUDA_SUCCESS;
  if (done) {
    done = driver.synchronize() == CUDA_SUCCESS;
    driver.pop(&context);
  }
  return driver.release(device) == CUDA_SUCCESS && done;
}

}  // namespace

bool synchronize_contexts() noexcept {
  const Driver driver = load();
  if (!driver.loaded()) return true;
  CUcontext current = nullptr;
  bool done = true;
  // A context that is current and not primary is only reached here.
  if (driver.current(&current) == CUDA_SUCCESS && current != nullptr)
    done = driver.synchronize() == CUDA_SUCCESS;
  int devices = 0;
  if (driver.count(&devices) != CUDA_SUCCESS) return true;  // cuInit was never called: there is no work
  for (int ordinal = 0; ordinal < devices; ++ordinal) done = synchronize_primary(driver, ordinal) && done;
  return done;
}

std::optional<std::uint32_t> stream_number(void* stream) noexcept {
  const Driver driver = load();
  CUcontext context = nullptr;
  if (!driver.loaded() || driver.current(&context) != CUDA_SUCCESS || context == nullptr) return std::nullopt;
  constexpr std::uint8_t kLegacyDefaultStream = 0;
  std::uint32_t number = 0;
  const CUptiResult result =
      cuptiGetStreamIdEx(context, static_cast<CUstream>(stream), kLegacyDefaultStream, &number);
  return result == CUPTI_SUCCESS ? std::optional(number) : std::nullopt;
}

bool touch_driver() noexcept {
  const Driver driver = load();
  int version = 0;
  return driver.loaded() && driver.version(&version) == CUDA_SUCCESS;
}

}  // namespace offledger::cupti
