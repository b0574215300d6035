// SPDX-License-Identifier: Apache-2.0
//
// Counter sets against chips: a chip made up here, and those that this CUPTI knows, which takes no GPU.
#include "collectors/cupti/counters/counter_set.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <thread>

#include "collectors/cupti/counters/profiler_host.hpp"
#include "schedules/base/error.hpp"

namespace offledger::counters {
namespace {

/// A chip with metrics of known sizes, and a pass that holds `room`.
Passes chip(std::map<std::string, int> sizes, int room) {
  return [sizes = std::move(sizes), room](const std::vector<std::string>& metrics) -> std::size_t {
    int sum = 0;
    for (const std::string& metric : metrics) {
      const auto at = sizes.find(metric);
      if (at == sizes.end()) return 0;
      sum += at->second;
    }
    return static_cast<std::size_t>((sum + room - 1) / room);
  };
}

std::string roles(const Resolved& resolved) {
  std::string text;
  for (const Chosen& counter : resolved.counters) text += counter.role + "=" + counter.metric + " ";
  for (const std::string& reason : resolved.left_out) text += "| " + reason + " ";
  return text;
}

TEST(Resolve, TakesTheFirstMetricThatExistsAndFits) {
  const CounterSet set{"x",
                       {{"sm", "percent", {"a"}},
                        {"link", "percent", {"missing", "big", "small"}},
                        {"dram", "percent", {"none"}},
                        {"last", "percent", {"big"}}}};
  EXPECT_EQ(roles(resolve(set, chip({{"a", 2}, {"big", 3}, {"small", 1}}, 4))),
            "sm=a link=small | dram: this chip has none of its metrics | last: does not fit the pass ");
}

RC_GTEST_PROP(Resolve, WhatIsChosenIsOnePass, (const std::vector<std::uint8_t>& sizes, std::uint8_t room)) {
  std::map<std::string, int> metrics;
  CounterSet set;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string name = std::to_string(i);
    metrics[name] = 1 + sizes[i] % 16;
    set.counters.push_back({name, "percent", {name}});
  }
  const Passes passes = chip(metrics, 1 + room % 32);
  const Resolved resolved = resolve(set, passes);
  RC_ASSERT(resolved.counters.size() + resolved.left_out.size() == sizes.size());
  std::vector<std::string> chosen;
  for (const Chosen& counter : resolved.counters) chosen.push_back(counter.metric);
  RC_ASSERT(chosen.empty() || passes(chosen) == 1);
}

TEST(CounterSet, FilesParseAndHopperHasItsOwn) {
  EXPECT_EQ(set_for("GH100").chip, "GH100");
  EXPECT_EQ(set_for("XX999").chip, "default");
  EXPECT_EQ(set_for("GH100", Purpose::kFrontEnd).chip, "GH100");
  EXPECT_EQ(set_for("XX999", Purpose::kFrontEnd).chip, "default");
  for (const Counter& counter : set_for("GH100").counters) {
    EXPECT_EQ(counter.wire_ppm > 0, counter.role.starts_with("pcie_")) << counter.role;
  }
  EXPECT_THROW(parse_set("{\"schema\": \"offledger.counters/2\"}", "x"), Error);
  EXPECT_THROW(
      parse_set(
          R"({"schema":"offledger.counters/1","chip":"x","counters":[{"role":"a","unit":"cm","metrics":[]}]})",
          "x"),
      Error);
}

TEST(ProfilerHost, HopperFitsItsSetsInOnePass) {
  for (const Purpose purpose : {Purpose::kActivity, Purpose::kFrontEnd}) {
    const ProfilerHost host("GH100");
    const Resolved resolved =
        resolve(set_for("GH100", purpose),
                [&](const std::vector<std::string>& metrics) { return host.passes(metrics); });
    EXPECT_EQ(resolved.left_out, std::vector<std::string>{});
  }
}

TEST(ProfilerHost, ConfiguresWhatWasResolved) {
  ProfilerHost host("GH100");
  const Resolved resolved = resolve(
      set_for("GH100"), [&](const std::vector<std::string>& metrics) { return host.passes(metrics); });
  std::vector<std::string> metrics;
  for (const Chosen& counter : resolved.counters) metrics.push_back(counter.metric);
  const Config config = host.configure(metrics);
  EXPECT_EQ(config.passes, 1u);
  EXPECT_FALSE(config.image.empty());
  EXPECT_EQ(host.passes({"nonsense__cycles.sum"}), 0u);
}

// Evaluating shares the work among threads, a host object each.
TEST(ProfilerHost, ObjectsServeAThreadEach) {
  std::vector<std::size_t> passes(4);
  std::vector<std::thread> threads;
  for (std::size_t& found : passes) {
    threads.emplace_back([&found] {
      ProfilerHost host("GH100");
      std::vector<std::string> metrics;
      for (const Counter& counter : set_for("GH100").counters) metrics.push_back(counter.metrics.front());
      for (int i = 0; i < 5; ++i) found = host.passes(metrics);
      found += host.configure(metrics).passes;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(passes, std::vector<std::size_t>(4, 2));
}

TEST(ProfilerHost, OtherChipsGetWhatTheyHave) {
  for (const char* name : {"GA100", "AD102", "GB100", "TU102"}) {
    const ProfilerHost host(name);
    const Resolved resolved =
        resolve(set_for(name), [&](const std::vector<std::string>& metrics) { return host.passes(metrics); });
    EXPECT_TRUE(std::any_of(resolved.counters.begin(), resolved.counters.end(), [](const Chosen& counter) {
      return counter.role == "sm_active";
    })) << name;
  }
}

TEST(ProfilerHost, UnknownChipsAreRefused) {
  try {
    const ProfilerHost host("XX999");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "this CUPTI knows no chip 'XX999': install the CUPTI of a newer CUDA for its counters");
  }
}

}  // namespace
}  // namespace offledger::counters
