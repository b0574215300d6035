// SPDX-License-Identifier: Apache-2.0
#include "reports/metrics/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace offledger::metrics {
namespace {

using analysis::Figures;

std::optional<double> value(const Figures& figures, std::string_view name) {
  for (const Value& v : evaluate(figures)) {
    if (v.metric->name == name) return v.value;
  }
  ADD_FAILURE() << "no metric " << name;
  return {};
}

/// wall 100: compute 50 (10 of it over a copy), copy 45 in all, idle 15.
Figures figures() {
  Figures f;
  f.window = {nanos(0), nanos(100)};
  f.ledger = {nanos(40), nanos(10), nanos(35), nanos(0), nanos(0), nanos(15)};
  f.compute = nanos(50);
  f.h2d = {nanos(45), nanos(10), nanos(35), 1000, 3, 1, 900};
  return f;
}

TEST(Metrics, DefinitionsByHand) {
  const Figures f = figures();
  EXPECT_EQ(value(f, "wall_ns"), 100);
  EXPECT_EQ(value(f, "gpu_idle_ns"), 50);
  EXPECT_EQ(value(f, "device_idle_ns"), 15);
  EXPECT_EQ(value(f, "overlap"), 10.0 / 45);
  EXPECT_EQ(value(f, "overlap_of_possible"), 10.0 / 45);
  EXPECT_EQ(value(f, "avoidable_exposed_ns"), 35) << "compute could hide all of it";
  EXPECT_EQ(value(f, "link_gbps"), 20);
  EXPECT_EQ(value(f, "link_busy"), 0.45);
  EXPECT_EQ(value(f, "h2d_pageable_copies"), 1);
  EXPECT_FALSE(value(f, "cpu_blocked_ns").has_value());
  EXPECT_FALSE(value(f, "bound_ns").has_value());
  EXPECT_FALSE(value(f, "efficiency").has_value());
}

/// A faster kernel on a full link lowers raw overlap and must lower neither gating figure.
TEST(Metrics, OverlapOfPossibleForgivesFasterKernels) {
  Figures slow, fast;
  slow.ledger = {nanos(0), nanos(80), nanos(20), {}, {}, {}};
  slow.compute = nanos(80);
  slow.h2d = {nanos(100), nanos(80), nanos(20), 1, 1, 0};
  fast.ledger = {nanos(0), nanos(72), nanos(28), {}, {}, {}};
  fast.compute = nanos(72);
  fast.h2d = {nanos(100), nanos(72), nanos(28), 1, 1, 0};
  EXPECT_LT(*value(fast, "overlap"), *value(slow, "overlap") - 0.07);
  EXPECT_EQ(value(fast, "overlap_of_possible"), 1.0);
  EXPECT_EQ(value(fast, "avoidable_exposed_ns"), 0);
}

TEST(Metrics, NoCopiesIsNotApplicable) {
  Figures f = figures();
  f.h2d = {};
  for (const char* name : {"h2d_ns", "h2d_hidden_ns", "h2d_exposed_ns", "overlap", "overlap_of_possible",
                           "avoidable_exposed_ns", "link_gbps", "link_busy"}) {
    EXPECT_FALSE(value(f, name).has_value()) << name;
  }
  EXPECT_EQ(value(f, "h2d_bytes"), 0);
}

TEST(Metrics, ADeviceIsTheMedianOfItsWarmSteps) {
  analysis::DeviceReport device;
  for (const int bytes : {1000, 1, 4, 2, 9}) {
    analysis::StepReport step;
    step.figures.h2d = {nanos(bytes), {}, {}, static_cast<std::uint64_t>(bytes), 1, 0};
    step.figures.ledger.idle = nanos(bytes);
    step.cold = device.steps.empty();
    device.steps.push_back(step);
  }
  const auto of = [&](std::string_view name) {
    for (const Value& v : evaluate(device)) {
      if (v.metric->name == name) return v.value;
    }
    return std::optional<double>();
  };
  EXPECT_EQ(of("h2d_bytes"), 2) << "an exact metric gives a value that was measured";
  EXPECT_EQ(of("wall_ns"), 3) << "others the mean of the middle two";
  EXPECT_FALSE(of("cpu_blocked_ns").has_value());
}

TEST(Metrics, WhatFailsAPullRequest) {
  std::set<std::string_view> gates, company;
  for (const Metric& metric : all()) {
    if (metric.gates) gates.insert(metric.name);
    if (metric.needs_company) company.insert(metric.name);
  }
  EXPECT_EQ(gates, (std::set<std::string_view>{"wall_ns", "overlap_of_possible", "avoidable_exposed_ns",
                                               "cpu_blocked_ns", "h2d_bytes", "h2d_copies",
                                               "h2d_pageable_copies", "nonconforming_copies", "d2h_bytes",
                                               "d2h_copies", "d2h_pageable_copies"}));
  EXPECT_EQ(company, (std::set<std::string_view>{"overlap", "gpu_idle_ns"}));
}

TEST(Metrics, NamesAreUniqueAndFound) {
  std::set<std::string_view> names;
  for (const Metric& metric : all()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_EQ(find(metric.name), &metric);
  }
  EXPECT_EQ(find("speed"), nullptr);
}

TEST(Metrics, FormatForAPerson) {
  EXPECT_EQ(format(*find("wall_ns"), 208'837'649.0), "208.84 ms");
  EXPECT_EQ(format(*find("wall_ns"), 999.0), "999 ns");
  EXPECT_EQ(format(*find("fill_ns"), -2'500.0), "-2.50 µs");
  EXPECT_EQ(format(*find("h2d_bytes"), 10'267'852'800.0), "10.27 GB");
  EXPECT_EQ(format(*find("h2d_copies"), 54.0), "54");
  EXPECT_EQ(format(*find("overlap"), 0.614133), "61.4 %");
  EXPECT_EQ(format(*find("link_gbps"), 55.416), "55.42 GB/s");
  EXPECT_EQ(format(*find("overlap"), std::nullopt), "–");
}

}  // namespace
}  // namespace offledger::metrics
