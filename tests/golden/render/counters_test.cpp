// SPDX-License-Identifier: Apache-2.0
//
// What hardware counters say, as a screen shows it: the whole section.
#include <gtest/gtest.h>

#include "reports/render/explain.hpp"

namespace offledger::render {
namespace {

using analysis::CounterCheck;

Nanos us(double n) {
  return Nanos(static_cast<std::int64_t>(n * 1000));
}

analysis::DeviceReport counted() {
  analysis::CounterReport counters;
  counters.interval = us(20);
  counters.samples = 18'441;
  counters.coverage = 0.998;
  counters.checks = {
      {"h2d_bytes", CounterCheck::Unit::kBytes, 20'533'000'000, 20'561'000'000, 410'660'000, true, ""},
      {"h2d_engine_ns", CounterCheck::Unit::kTime, 370.1e6, 362.2e6, 3.8e6, true, ""},
      {"sm_ns", CounterCheck::Unit::kTime, 288e6, 281e6, 570e6, true, "mean over the SMs"},
      {"overlap_of_possible", CounterCheck::Unit::kShare, 0.981, 0.976, 0.021, true, ""}};
  counters.sm_share = 0.976;
  counters.tensor_share = 0.71;
  counters.evidence = {{"transfer_wait", "link_bound", "event", us(80'000), us(0), us(79'200), {}, {}},
                       {"launch_latency", "", "", us(400), us(0), us(20), {}, {}}};
  analysis::DeviceReport device;
  device.counters = counters;
  return device;
}

TEST(CountersText, OfACountedRun) {
  EXPECT_EQ(counters_text(counted(), {.color = false, .width = 100}), R"(
records and counters            by record  by counter         apart
H2D bytes                        20.53 GB    20.56 GB       +0.14 %  agree
H2D copies, copy engine active  370.10 ms   362.20 ms       -2.13 %  mismatch
kernels, SMs active             288.00 ms   281.00 ms       -2.43 %  agree; mean over the SMs
overlap of possible                98.1 %      97.6 %  -0.50 points  agree
18441 samples of 20.00 µs; kernels keep 97.6 % of the SMs active; tensor pipes active for 71.0 % of
  compute.

front end, by cause of GPU idle     in samples  at semaphore  queue empty
transfer_wait/link_bound via event    80.00 ms         0.0 %       99.0 %
launch_latency                       400.00 µs         0.0 %        5.0 %
The semaphore counter stayed at 0 in waits on events: on this chip it does not see them, and the
  causes rest on the records.
)");
}

TEST(CountersText, OfSamplesAlone) {
  analysis::CounterReport counters;
  counters.only = true;
  counters.interval = us(20);
  counters.samples = 18'441;
  analysis::Sampled sampled;
  sampled.compute = us(288'000);
  sampled.h2d = us(370'000);
  sampled.hidden = us(282'000);
  sampled.open = us(300);
  sampled.h2d_bytes = 20'533'000'000;
  sampled.zero_copy = true;
  counters.sampled = sampled;
  analysis::DeviceReport device;
  device.counters = counters;
  EXPECT_EQ(counters_text(device, {.color = false, .width = 100}), R"(
Sampled, not recorded: figures come from 18441 samples of 20.00 µs. What a sample leaves open is
  taken halfway: hidden time is right to within 300.00 µs, overlap of possible (97.9 %) to within
  0.10 points. H2D 20.53 GB at 55.49 GB/s. The bus carried data that no copy engine moved: kernels
  read host memory themselves.
)");
}

TEST(CountersText, OfNothingSampledIsNothing) {
  EXPECT_EQ(counters_text({}, {}), "");
}

}  // namespace
}  // namespace offledger::render
