// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/findings.hpp"

#include <gtest/gtest.h>

namespace offledger::host {
namespace {

Environment healthy() {
  Environment environment;
  environment.gpu.clock_reasons = std::uint64_t{nvml::kGpuIdle};
  environment.gpu.pcie = nvml::PcieLink{5, 16};
  environment.gpu.pcie_max = nvml::PcieLink{5, 16};
  environment.gpu.pcie_replays = 0u;
  environment.gpu.processes = std::vector<nvml::GpuProcess>{};
  environment.gpu_node = 0u;
  environment.memory_node = 0u;
  environment.cpu_nodes = {0};
  return environment;
}

std::string ids(const std::vector<EnvironmentFinding>& findings) {
  std::string text;
  for (const EnvironmentFinding& finding : findings) text += finding.id + (finding.disqualifies ? "! " : " ");
  return text;
}

TEST(Findings, AHealthyMachineHasNone) {
  EXPECT_EQ(findings({healthy(), healthy()}, {1}), std::vector<EnvironmentFinding>{});
  EXPECT_EQ(findings({Environment{}}, {}), std::vector<EnvironmentFinding>{});  // nothing could be read
  EXPECT_EQ(findings({}, {}), std::vector<EnvironmentFinding>{});
}

TEST(Findings, HeatDisqualifiesAPowerCapDoesNot) {
  Environment hot = healthy(), capped = healthy();
  hot.gpu.clock_reasons = std::uint64_t{nvml::kHardwareThermal};
  capped.gpu.clock_reasons = std::uint64_t{nvml::kSoftwarePowerCap};
  EXPECT_EQ(ids(findings({healthy(), hot, healthy()}, {})), "throttled! ");
  EXPECT_EQ(ids(findings({healthy(), capped}, {})), "power_capped ");
}

TEST(Findings, AnIdleLinkIsSlowAndABusyOneMustNotBe) {
  Environment idle = healthy(), narrow = healthy(), replaying = healthy();
  idle.gpu.pcie = nvml::PcieLink{1, 16};
  narrow.gpu.pcie = nvml::PcieLink{5, 8};
  replaying.gpu.pcie_replays = 17u;
  EXPECT_EQ(ids(findings({idle, healthy(), idle}, {})), "");
  EXPECT_EQ(ids(findings({idle, idle}, {})), "link_degraded! ");
  EXPECT_EQ(ids(findings({narrow, narrow}, {})), "link_degraded! ");
  EXPECT_EQ(ids(findings({healthy(), replaying}, {})), "link_degraded! ");
  replaying.gpu.pcie_replays = 16u;
  EXPECT_EQ(ids(findings({healthy(), replaying}, {})), "");
}

TEST(Findings, OthersOnTheGpu) {
  const auto with = [](std::vector<nvml::GpuProcess> processes) {
    Environment environment = healthy();
    environment.gpu.processes = std::move(processes);
    return environment;
  };
  constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
  EXPECT_EQ(ids(findings({with({}), with({{7, kGiB}})}, {7})), "");
  EXPECT_EQ(ids(findings({with({{7, kGiB}, {8, kGiB / 2}})}, {7})),
            "other_process_on_gpu ");  // an idle context
  EXPECT_EQ(ids(findings({with({{7, kGiB}, {8, 2 * kGiB}})}, {7})), "other_process_on_gpu! ");
  // In a container our own pid is not listed: one process is us.
  EXPECT_EQ(ids(findings({with({}), with({{4711, 0}})}, {7})), "");
  EXPECT_EQ(ids(findings({with({}), with({{4711, 0}, {4712, 0}})}, {7})), "other_process_on_gpu ");
}

TEST(Findings, MemoryOrCpusOnTheOtherSocket) {
  Environment memory = healthy(), cpus = healthy();
  memory.memory_node = 1u;
  cpus.cpu_nodes = {1};
  EXPECT_EQ(ids(findings({memory}, {})), "remote_numa ");
  EXPECT_EQ(ids(findings({cpus}, {})), "remote_numa ");
  cpus.cpu_nodes = {0, 1};
  EXPECT_EQ(ids(findings({cpus}, {})), "");
}

}  // namespace
}  // namespace offledger::host
