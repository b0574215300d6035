// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/proc_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace offledger::host {
namespace {

constexpr std::string_view kX86 =
    "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Platinum 8468\nphysical id\t: 0\ncore id\t\t: 0\n\n"
    "processor\t: 1\nmodel name\t: Intel(R) Xeon(R) Platinum 8468\nphysical id\t: 0\ncore id\t\t: 0\n\n"
    "processor\t: 2\nmodel name\t: Intel(R) Xeon(R) Platinum 8468\nphysical id\t: 1\ncore id\t\t: 0\n";
constexpr std::string_view kArm =
    "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd4f\n\nprocessor\t: 1\n";

TEST(CpuInfo, ThreadsShareCores) {
  EXPECT_EQ(parse_cpuinfo(kX86), (CpuInfo{"Intel(R) Xeon(R) Platinum 8468", 3, 2}));
}

TEST(CpuInfo, ArmNamesNoModel) {
  EXPECT_EQ(parse_cpuinfo(kArm), (CpuInfo{"Arm implementer 0x41 part 0xd4f", 2, 2}));
}

TEST(CpuInfo, OtherTextIsNone) {
  EXPECT_EQ(parse_cpuinfo(""), std::nullopt);
  EXPECT_EQ(parse_cpuinfo("bogomips : 1\n"), std::nullopt);
}

TEST(MemInfo, IsBytes) {
  constexpr std::string_view kText =
      "MemTotal:       1056 kB\nMemAvailable:    512 kB\nHugePages_Total:       0\n";
  EXPECT_EQ(parse_meminfo(kText, "MemAvailable"), 512u * 1024);
  EXPECT_EQ(parse_meminfo(kText, "MemTotal"), 1056u * 1024);
  EXPECT_EQ(parse_meminfo(kText, "HugePages_Total"), std::nullopt);  // a count, not kB
  EXPECT_EQ(parse_meminfo(kText, "SwapFree"), std::nullopt);
  EXPECT_EQ(parse_meminfo("MemTotal: 18446744073709551615 kB\n", "MemTotal"),
            std::nullopt);  // beyond 64 bits
}

TEST(LoadAvg, IsTheFirstFigure) {
  EXPECT_EQ(parse_loadavg("1.25 0.50 0.10 2/345 6789\n"), 1.25);
  EXPECT_EQ(parse_loadavg("-1 0 0"), std::nullopt);
  EXPECT_EQ(parse_loadavg("nothing"), std::nullopt);
  EXPECT_EQ(parse_loadavg(""), std::nullopt);
}

TEST(CpuList, RangesAndSingles) {
  using List = std::vector<std::uint32_t>;
  EXPECT_EQ(parse_cpu_list("0-3,8,10-11\n"), (List{0, 1, 2, 3, 8, 10, 11}));
  EXPECT_EQ(parse_cpu_list("\n"), List{});  // a node with memory and no CPUs
  for (const char* bad : {"3-1", "a", "1-", "-1", "1,,2", "0-99999999"})
    EXPECT_EQ(parse_cpu_list(bad), std::nullopt) << bad;
}

RC_GTEST_PROP(CpuList, ReadsBackWhatWasWritten, (std::vector<std::uint8_t> cpus)) {
  std::string text;
  std::vector<std::uint32_t> expected;
  for (const std::uint8_t cpu : cpus) {
    if (!text.empty()) text.push_back(',');
    text.append(std::to_string(cpu));
    expected.push_back(cpu);
  }
  RC_ASSERT(parse_cpu_list(text) == expected);
}

RC_GTEST_PROP(ProcText, NoTextCrashes, (const std::string& text)) {
  (void)parse_cpuinfo(text);
  (void)parse_meminfo(text, "MemTotal");
  (void)parse_loadavg(text);
  (void)parse_cpu_list(text);
  (void)parse_number(text);
}

TEST(Field, FirstOfItsName) {
  EXPECT_EQ(parse_field("RmProfilingAdminOnly: 1\nX: 2\nX: 3", "X"), "2");
  EXPECT_EQ(parse_field("RegistryDwords: \"\"\n", "RegistryDwords"), "\"\"");
  EXPECT_EQ(parse_field("X: 1", "Y"), std::nullopt);
}

TEST(Number, MinusOneIsANumber) {
  EXPECT_EQ(parse_number("-1\n"), -1);
  EXPECT_EQ(parse_number("1x"), std::nullopt);
  EXPECT_EQ(parse_number(""), std::nullopt);
}

}  // namespace
}  // namespace offledger::host
