// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/sample.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/host/machine_root.hpp"

namespace offledger::host {
namespace {

TEST(HostSample, ReadsTheFilesOfAMachine) {
  MachineRoot machine;
  machine.file("/proc/cpuinfo", "processor : 0\nmodel name : Some CPU\nprocessor : 1\n");
  machine.file("/proc/loadavg", "3.50 1 1 1/1 1\n");
  machine.file("/proc/meminfo", "MemTotal: 8 kB\nMemAvailable: 4 kB\n");
  machine.file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
  machine.file("/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
  const HostSample sample = host::sample(machine.path());
  EXPECT_EQ(sample.cpu->model, "Some CPU");
  EXPECT_EQ(*sample.load, 3.5);
  EXPECT_EQ(*sample.memory_available, 4096u);
  EXPECT_EQ(*sample.governor, "performance");
  machine.file("/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
  EXPECT_EQ(*host::sample(machine.path()).governor, "performance on 1, powersave on 1");
}

TEST(HostSample, AnEmptyMachineHasReasons) {
  const MachineRoot machine;
  const HostSample sample = host::sample(machine.path());
  EXPECT_FALSE(sample.cpu);
  EXPECT_EQ(sample.cpu.why(), machine.path() + "/proc/cpuinfo cannot be read");
  EXPECT_EQ(sample.governor.why(), "the kernel offers no frequency control (a virtual machine?)");
}

TEST(HostSample, ThisMachineHasACpuAndMemory) {
  const HostSample sample = host::sample();
  ASSERT_TRUE(sample.cpu);
  EXPECT_GE(sample.cpu->threads, 1u);
  EXPECT_TRUE(sample.memory_total);
  EXPECT_TRUE(sample.memlock);
  EXPECT_TRUE(sample.kernel);
  ASSERT_TRUE(sample.cpus_allowed);
  EXPECT_FALSE(sample.cpus_allowed->empty());
}

TEST(Numa, NodesOfDevicesAndCpus) {
  MachineRoot machine;
  machine.file("/sys/bus/pci/devices/0000:18:00.0/numa_node", "1\n");
  machine.file("/sys/bus/pci/devices/0000:19:00.0/numa_node", "-1\n");
  machine.file("/sys/devices/system/node/node0/cpulist", "0-3\n");
  machine.file("/sys/devices/system/node/node1/cpulist", "4-7\n");
  EXPECT_EQ(*numa_node_of_pci("0000:18:00.0", machine.path()), 1u);
  EXPECT_FALSE(numa_node_of_pci("0000:19:00.0", machine.path()));
  EXPECT_FALSE(numa_node_of_pci("0000:20:00.0", machine.path()));
  EXPECT_EQ(*numa_node_of_cpu(5, machine.path()), 1u);
  EXPECT_FALSE(numa_node_of_cpu(8, machine.path()));
}

TEST(Numa, MemoryIsSomewhereOrTheKernelSaysWhyNot) {
  std::vector<char> memory(1 << 16, 'x');
  const auto node = numa_node_of_memory(memory.data());
  EXPECT_TRUE(node || node.why().starts_with("get_mempolicy: "));
}

}  // namespace
}  // namespace offledger::host
