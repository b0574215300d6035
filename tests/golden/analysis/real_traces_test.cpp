// SPDX-License-Identifier: Apache-2.0
//
// The ledger of real recordings, to the nanosecond.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "collectors/import/import.hpp"
#include "reports/analysis/analysis.hpp"

namespace offledger::analysis {
namespace {

std::string data(const std::string& file) {
  const char* set = std::getenv("OFFLEDGER_SHARED_DATA");
  return (set != nullptr ? std::string(set) : std::string(OFFLEDGER_SOURCE_DIR "/../shared/data")) + "/" +
         file;
}

#define NEED(path) \
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is absent: set OFFLEDGER_SHARED_DATA"

TEST(RealTraces, AccelerateFromPageableMemory) {
  const std::string path = data("kineto/accelerate_T8192.json.gz");
  NEED(path);
  const Report report = analyse(importers::load_any(path));
  const Figures& f = report.devices.at(0).total;
  EXPECT_EQ(f.ledger.wall(), nanos(1'346'175'475));
  EXPECT_EQ(f.compute, nanos(134'185'547));
  EXPECT_EQ(f.gpu_idle(), nanos(1'211'989'928));
  EXPECT_EQ(f.ledger.idle, nanos(51'397'917));
  EXPECT_EQ(f.h2d.busy, nanos(1'160'588'907));
  EXPECT_EQ(f.h2d.hidden, nanos(0));
  EXPECT_EQ(f.h2d.copies, 56U);
  EXPECT_EQ(f.h2d.pageable_copies, 56U);
  EXPECT_EQ(f.h2d.bytes, 10'284'646'400U);
  ASSERT_TRUE(f.cpu_blocked.has_value());
  EXPECT_GT(*f.cpu_blocked, nanos(1'241'000'000)) << "the host is inside cudaMemcpyAsync for that long alone";
}

TEST(RealTraces, TwoStreamPrefetch) {
  const std::string path = data("kineto/torch_prefetch_d1_T8192.json.gz");
  NEED(path);
  const Report report = analyse(importers::load_any(path));
  const Figures& f = report.devices.at(0).total;
  EXPECT_EQ(f.ledger.wall(), nanos(208'837'649));
  EXPECT_EQ(f.compute, nanos(136'468'520));
  EXPECT_EQ(f.gpu_idle(), nanos(72'369'129));
  EXPECT_EQ(f.ledger.idle, nanos(873'277));
  EXPECT_EQ(f.h2d.busy, nanos(185'286'495));
  EXPECT_EQ(f.h2d.hidden, nanos(113'790'643));
  EXPECT_EQ(f.h2d.copies, 54U);
  EXPECT_EQ(f.h2d.bytes, 10'267'852'800U);
  ASSERT_TRUE(f.step_join.has_value());
  EXPECT_GT(*f.step_join, nanos(199'000'000));
  EXPECT_LT(*f.cpu_blocked, nanos(1'000'000)) << "the wait for the whole pass is no blocking";
}

std::vector<std::string> diagnoses(const Report& report) {
  std::vector<std::string> ids;
  for (const Diagnosis& diagnosis : report.diagnoses) ids.push_back(diagnosis.id);
  return ids;
}

void expect_conserved(const Report& report) {
  for (const DeviceReport& device : report.devices) {
    Nanos sum{};
    for (const CauseTime& cause : device.causes) sum += cause.time;
    EXPECT_EQ(sum, device.total.gpu_idle());
  }
}

TEST(RealTraces, AccelerateIsDiagnosed) {
  const std::string path = data("kineto/accelerate_T8192.json.gz");
  NEED(path);
  const Report report = explain(importers::load_any(path));
  expect_conserved(report);
  EXPECT_EQ(diagnoses(report),
            (std::vector<std::string>{"pageable_source", "host_block_per_layer", "same_stream"}));
}

TEST(RealTraces, TwoStreamPrefetchIsLinkBound) {
  const std::string path = data("kineto/torch_prefetch_d1_T8192.json.gz");
  NEED(path);
  const Report report = explain(importers::load_any(path));
  expect_conserved(report);
  EXPECT_EQ(diagnoses(report), (std::vector<std::string>{"link_bound"}));
  const CauseTime& first = report.devices.at(0).causes.at(0);
  EXPECT_EQ(first.sub + " by " + first.via, "link_bound by event");
}

TEST(RealTraces, CrossStreamEventWaits) {
  const std::string path = data("kineto/a100_cuda_event_sync_multi_stream.json.gz");
  NEED(path);
  const trace::Timeline timeline = importers::load_any(path);
  EXPECT_EQ(timeline.kernels.size(), 3U);
  EXPECT_EQ(timeline.memsets.size(), 3U);
  expect_conserved(explain(timeline));
  const Figures f = analyse(timeline).devices.at(0).total;
  EXPECT_EQ(f.ledger.wall(), f.compute + f.gpu_idle());
  EXPECT_EQ(f.h2d.copies, 0U);
}

TEST(RealTraces, TwoGpusWithCollectives) {
  const std::string path = data("nsys/nsysai_mfu_2gpu_before.sqlite");
  NEED(path);
  if (importers::detect(path) != importers::Format::kNsysSqlite)
    GTEST_SKIP() << "this build imports no SQLite";
  const Report report = explain(importers::load_any(path));
  expect_conserved(report);
  ASSERT_EQ(report.devices.size(), 2U);
  const Figures& first = report.devices[0].total;
  EXPECT_EQ(first.ledger.wall(), nanos(299'848'812));
  EXPECT_EQ(first.compute, nanos(253'800'656));
  EXPECT_EQ(first.ledger.collective, nanos(17'172'652));
  EXPECT_EQ(first.ledger.idle + first.ledger.exposed, nanos(299'848'812 - 253'800'656 - 17'172'652));
  EXPECT_EQ(first.ledger.exposed, nanos(2'844'479)) << "no copy is hidden";
  EXPECT_EQ(first.ledger.idle, nanos(26'031'025));
  const Figures& second = report.devices[1].total;
  EXPECT_EQ(second.ledger.wall(), nanos(298'661'551));
  EXPECT_EQ(second.compute, nanos(256'199'208));
  EXPECT_EQ(second.ledger.idle, nanos(31'385'635));
}

}  // namespace
}  // namespace offledger::analysis
