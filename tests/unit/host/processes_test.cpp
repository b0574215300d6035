// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/processes.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <vector>

#include "tests/unit/host/machine_root.hpp"

namespace offledger::host {
namespace {

constexpr std::uint32_t kCommand[] = {40};

TEST(DescendsFrom, FollowsParents) {
  MachineRoot machine;
  machine.file("/proc/42/status", "Name:\tpython3\nPid:\t42\nPPid:\t41\n");
  machine.file("/proc/41/status", "Name:\tsh\nPid:\t41\nPPid:\t40\n");
  EXPECT_TRUE(descends_from(42, kCommand, machine.path()));
  EXPECT_TRUE(descends_from(40, kCommand, machine.path()));  // though it is gone
}

TEST(DescendsFrom, OthersDoNot) {
  MachineRoot machine;
  machine.file("/proc/50/status", "Pid:\t50\nPPid:\t1\n");
  machine.file("/proc/1/status", "Pid:\t1\nPPid:\t0\n");
  EXPECT_FALSE(descends_from(50, kCommand, machine.path()));
  EXPECT_FALSE(descends_from(51, kCommand, machine.path()));  // nobody
}

TEST(DescendsFrom, WhatCannotBeReadEnds) {
  MachineRoot machine;
  machine.file("/proc/42/status", "Name:\tpython3\n");
  machine.file("/proc/43/status", "PPid:\tx\n");
  machine.file("/proc/44/status", "PPid:\t45\n");
  machine.file("/proc/45/status", "PPid:\t44\n");
  for (const std::uint32_t process : {42U, 43U, 44U})
    EXPECT_FALSE(descends_from(process, kCommand, machine.path()));
}

TEST(DescendsFrom, AChildOfThisProcess) {
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  const std::vector<std::uint32_t> us{static_cast<std::uint32_t>(getpid())};
  EXPECT_TRUE(descends_from(static_cast<std::uint32_t>(child), us));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace offledger::host
