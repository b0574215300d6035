// SPDX-License-Identifier: Apache-2.0
//
// The monitor over a library of our own: what it reads, and that each absence keeps its reason.
#include "collectors/nvml/monitor.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace offledger::nvml {
namespace {

int shutdowns = 0;
unsigned processes_running = 2;

Result text(char* out, unsigned size, const char* value) {
  std::strncpy(out, value, size - 1);
  return 0;
}

Loaded fake() {
  Api api;
  api.init = [] { return Result{0}; };
  api.shutdown = [] {
    ++shutdowns;
    return Result{0};
  };
  api.error_string = [](Result) { return "a driver's own words"; };
  api.driver_version = [](char* out, unsigned size) { return text(out, size, "580.95.05"); };
  api.cuda_version = [](int* out) {
    *out = 13000;
    return Result{0};
  };
  api.count = [](unsigned* out) {
    *out = 1;
    return Result{0};
  };
  api.handle = [](unsigned, Device* out) {
    *out = reinterpret_cast<Device>(0x10);
    return Result{0};
  };
  api.name = [](Device, char* out, unsigned size) { return text(out, size, "NVIDIA H200"); };
  api.pci = [](Device, PciInfo* out) { return text(out->bus_id, sizeof out->bus_id, "00000000:1A:00.0"); };
  api.memory = [](Device, Memory* out) {
    *out = {100, 60, 40};
    return Result{0};
  };
  api.clock = [](Device, int kind, unsigned* out) {
    *out = kind == 1 ? 1980 : 3201;
    return Result{0};
  };
  api.pcie_generation = [](Device, unsigned* out) {
    *out = 5;
    return Result{0};
  };
  api.pcie_width = [](Device, unsigned* out) {
    *out = 16;
    return Result{0};
  };
  api.ecc = [](Device, unsigned* current, unsigned* pending) {
    *current = 1;
    *pending = 0;
    return Result{0};
  };
  api.mig = [](Device, unsigned*, unsigned*) { return kNotSupported; };
  api.power = [](Device, unsigned*) { return kNoPermission; };
  api.temperature = [](Device, int, unsigned*) { return Result{999}; };
  api.processes = [](Device, unsigned* count, ProcessInfo* out) {
    const bool fits = *count >= processes_running;
    for (unsigned i = 0; fits && i < processes_running; ++i) out[i] = {100 + i, i == 0 ? ~0ull : 4096, 0, 0};
    *count = processes_running;
    return fits ? Result{0} : kInsufficientSize;
  };
  return {api, ""};
}

TEST(Monitor, ReadsWhatTheDriverGives) {
  const Monitor monitor(fake());
  ASSERT_EQ(monitor.problem(), "");
  ASSERT_EQ(monitor.count(), 1u);
  EXPECT_EQ(*monitor.driver().driver, "580.95.05");
  EXPECT_EQ(*monitor.driver().cuda, 13000u);
  const GpuSample sample = monitor.sample(0);
  EXPECT_EQ(*sample.name, "NVIDIA H200");
  EXPECT_EQ(*sample.pci, "0000:1a:00.0");
  EXPECT_EQ(*sample.memory_total, 100u);
  EXPECT_EQ(*sample.memory_used, 40u);
  EXPECT_EQ(*sample.sm_mhz, 1980u);
  EXPECT_EQ(*sample.memory_mhz, 3201u);
  EXPECT_EQ(to_string(*sample.pcie), "gen5 x16");
  EXPECT_TRUE(*sample.ecc);
}

TEST(Monitor, AbsenceKeepsItsReason) {
  const GpuSample sample = Monitor(fake()).sample(0);
  EXPECT_FALSE(sample.mig);
  EXPECT_EQ(sample.mig.why(), "this GPU does not have it");
  EXPECT_EQ(sample.milliwatts.why(), "no permission: run as root");
  EXPECT_EQ(sample.celsius.why(), "a driver's own words");
  EXPECT_EQ(sample.uuid.why(), "this driver's NVML does not have it");
  EXPECT_EQ(sample.pcie_max.why(), "this driver's NVML does not have it");
}

TEST(Monitor, ProcessesBeyondTheFirstGuessAreAskedForAgain) {
  for (const unsigned running : {0u, 2u, 500u}) {
    processes_running = running;
    const GpuSample sample = Monitor(fake()).sample(0);
    ASSERT_TRUE(sample.processes);
    EXPECT_EQ(sample.processes->size(), running);
    if (running > 1) {
      EXPECT_EQ(sample.processes->at(0), (GpuProcess{100, 0}));  // a container hides the figure
      EXPECT_EQ(sample.processes->at(1), (GpuProcess{101, 4096}));
    }
  }
}

TEST(Monitor, FindsAGpuByWhatCudaCallsIt) {
  const Monitor monitor(fake());
  EXPECT_EQ(monitor.find("0000:1A:00.0"), 0u);
  EXPECT_EQ(monitor.find("0000:1B:00.0"), std::nullopt);
}

TEST(Monitor, EveryFailureToOpenIsAProblemAndNoCrash) {
  EXPECT_EQ(Monitor(Loaded{{}, "no library"}).problem(), "no library");
  Loaded refuses = fake();
  refuses.api.init = [] { return Result{999}; };
  EXPECT_EQ(Monitor(refuses).problem(), "NVML does not start: a driver's own words");
  Loaded empty = fake();
  empty.api.count = [](unsigned* out) {
    *out = 0;
    return Result{0};
  };
  shutdowns = 0;
  {
    const Monitor monitor(empty);
    EXPECT_EQ(monitor.problem(), "the driver lists no GPU");
    EXPECT_EQ(monitor.driver().driver.why(), "the driver lists no GPU");
  }
  EXPECT_EQ(shutdowns, 1);
  EXPECT_NO_THROW(Monitor{});  // this machine's own library, or none
}

TEST(ClockReasons, AreNamedAndUnknownBitsShown) {
  EXPECT_EQ(describe_reasons(0), "none");
  EXPECT_EQ(describe_reasons(kSoftwarePowerCap | kHardwareThermal),
            "software power cap, hardware thermal slowdown");
  EXPECT_EQ(describe_reasons(0x1000 | kGpuIdle), "idle, 0x1000");
}

}  // namespace
}  // namespace offledger::nvml
