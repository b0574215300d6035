// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/doctor.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "collectors/nvml/monitor.hpp"
#include "tests/unit/host/machine_root.hpp"

namespace offledger::host {
namespace {

Check check(const Facts& facts, std::string_view name) {
  const auto checks = doctor(facts);
  const auto at = std::find_if(checks.begin(), checks.end(), [&](const Check& c) { return c.name == name; });
  return at == checks.end() ? Check{} : *at;
}

Facts h200() {
  Facts facts;
  facts.gpus = 1;
  facts.environment.gpu.name = std::string("NVIDIA H200");
  facts.environment.gpu.memory_total = std::uint64_t{141} << 30;
  facts.environment.driver.driver = std::string("580.95.05");
  facts.environment.driver.cuda = 13000u;
  facts.cuda_built = 13000;
  facts.cupti_version = "13.0.1";
  return facts;
}

TEST(Doctor, AWorkingMachine) {
  const Facts facts = h200();
  EXPECT_EQ(check(facts, "GPU").state, CheckState::kOk);
  EXPECT_EQ(check(facts, "GPU").found, "the one of 1: NVIDIA H200, 141 GiB");
  EXPECT_EQ(check(facts, "driver").found, "580.95.05, up to CUDA 13.0");
  EXPECT_EQ(check(facts, "driver").state, CheckState::kOk);
  EXPECT_EQ(check(facts, "CUPTI").state, CheckState::kOk);
}

TEST(Doctor, AMachineWithoutAGpuStillGetsEveryCheck) {
  const MachineRoot empty;
  const nvml::Monitor monitor(nvml::Loaded{{}, "no library"});
  const Facts facts = gather(monitor, empty.path());
  const auto checks = doctor(facts);
  EXPECT_EQ(checks.size(), doctor(h200()).size());
  for (const Check& c : checks) {
    EXPECT_FALSE(c.found.empty()) << c.name;
    EXPECT_NE(c.state, CheckState::kFail) << c.name;
  }
  EXPECT_EQ(check(facts, "GPU").found, "no library");
}

TEST(Doctor, DriversRunOlderToolkitsAndMinorReleases) {
  Facts facts = h200();
  facts.cuda_built = 13010;
  EXPECT_EQ(check(facts, "driver").state, CheckState::kOk);
  facts.environment.driver.cuda = 12080u;
  EXPECT_EQ(check(facts, "driver").state, CheckState::kFail);
  EXPECT_EQ(check(facts, "driver").fix, "install a driver for CUDA 13.0 or newer");
}

TEST(Doctor, CounterPermission) {
  Facts facts = h200();
  facts.effective_user = 1000;
  EXPECT_EQ(check(facts, "counter permission").state, CheckState::kAbsent);
  facts.nvidia_params = "ResmanDebugLevel: 4294967295\nRmProfilingAdminOnly: 1\n";
  EXPECT_EQ(check(facts, "counter permission").state, CheckState::kWarn);
  EXPECT_NE(check(facts, "counter permission").fix.find("NVreg_RestrictProfilingToAdminUsers=0"),
            std::string::npos);
  facts.effective_user = 0;
  EXPECT_EQ(check(facts, "counter permission").state, CheckState::kOk);
  facts.nvidia_params = "RmProfilingAdminOnly: 0\n";
  facts.effective_user = 1000;
  EXPECT_EQ(check(facts, "counter permission").state, CheckState::kOk);
}

TEST(Doctor, AVirtualMachineThatHidesItsGovernorCanBeTrusted) {
  Facts facts = h200();
  facts.environment.host.memlock = kUnlimited;
  facts.environment.gpu.pcie = facts.environment.gpu.pcie_max = nvml::PcieLink{5, 16};
  facts.environment.gpu.processes = std::vector<nvml::GpuProcess>{};
  facts.environment.gpu.clock_reasons = std::uint64_t{0};
  facts.nvidia_params = "RmProfilingAdminOnly: 0\n";
  EXPECT_EQ(verdict(doctor(facts)),
            "Figures from this machine can be trusted. The machine does not tell: CPU governor, NUMA.");
  facts.environment.host.governor = std::string("performance");
  facts.environment.gpu_node = 0u;
  facts.environment.cpu_nodes = {0};
  EXPECT_EQ(verdict(doctor(facts)), "Figures from this machine can be trusted.");
  facts.environment.host.governor = std::string("powersave");
  EXPECT_EQ(verdict(doctor(facts)), "Figures can be taken here; these may make them worse: CPU governor.");
}

TEST(Doctor, WhatMeasuringNeedsDecides) {
  Facts facts = h200();
  facts.cupti_problem = "another profiler holds it";
  EXPECT_EQ(verdict(doctor(facts)), "Nothing can be measured on a GPU here until this is mended: CUPTI.");
  facts.environment.driver.cuda = 12080u;
  EXPECT_EQ(verdict(doctor(facts)),
            "Nothing can be measured on a GPU here until this is mended: driver, CUPTI.");
  const std::string none = "No figures of a GPU can be taken here; simulated devices and traces work.";
  Facts without_cuda = h200();
  without_cuda.cuda_built.reset();
  EXPECT_EQ(verdict(doctor(without_cuda)), none);
  Facts without_gpu;
  without_gpu.gpu_problem = "no NVIDIA driver answers";
  EXPECT_EQ(verdict(doctor(without_gpu)), none);
}

TEST(Doctor, WhatCanBeMendedHasTheCommand) {
  Facts facts = h200();
  facts.environment.host.governor = std::string("powersave");
  facts.environment.gpu_node = 1u;
  facts.environment.cpu_nodes = {0};
  facts.environment.host.memlock = std::uint64_t{8} << 20;
  facts.pinned_wanted = std::uint64_t{1} << 30;
  facts.environment.gpu.processes = std::vector<nvml::GpuProcess>{{9, std::uint64_t{3} << 30}};
  facts.environment.gpu.clock_reasons = std::uint64_t{nvml::kHardwareThermal};
  facts.environment.gpu.pcie = nvml::PcieLink{4, 8};
  facts.environment.gpu.pcie_max = nvml::PcieLink{5, 16};
  facts.cupti_problem = "another profiler holds it";
  for (const char* name :
       {"CPU governor", "NUMA", "locked memory", "other processes", "clocks", "PCIe link"}) {
    EXPECT_EQ(check(facts, name).state, CheckState::kWarn) << name;
    EXPECT_FALSE(check(facts, name).fix.empty()) << name;
  }
  EXPECT_EQ(check(facts, "CUPTI").state, CheckState::kFail);
}

TEST(Environment, RowsKeepNamesAndReasons) {
  const auto absent = rows(Environment{});
  Environment some;
  some.gpu.sm_mhz = 1980u;
  some.host.memlock = kUnlimited;
  const auto present = rows(some);
  ASSERT_EQ(absent.size(), present.size());
  for (std::size_t i = 0; i < absent.size(); ++i) {
    EXPECT_EQ(absent[i].name, present[i].name);
    EXPECT_EQ(absent[i].value, "");
    EXPECT_FALSE(absent[i].absent.empty());
    if (present[i].name == "gpu.sm_mhz") {
      EXPECT_EQ(present[i].value, "1980");
    }
    if (present[i].name == "host.memlock_bytes") {
      EXPECT_EQ(present[i].value, "unlimited");
    }
  }
}

}  // namespace
}  // namespace offledger::host
