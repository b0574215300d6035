// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/render/catalogue_view.hpp"
#include "reports/render/explain.hpp"
#include "reports/render/history_view.hpp"

namespace offledger::render {
namespace {

using nlohmann::json;

TEST(RunView, TheMedianIsAValueThatWasMeasured) {
  history::Cell cell;
  for (const double v : {4.0, 1.0, 3.0, 2.0}) {
    history::Rep rep;
    rep.values["wall_ns"] = v;
    cell.reps.push_back(rep);
  }
  cell.reps.emplace_back().values["wall_ns"] = std::nullopt;
  EXPECT_EQ(median_of(cell, "wall_ns"), 2.0);
  EXPECT_EQ(median_of(cell, "overlap"), std::nullopt);
}

TEST(RunView, EqualResultsAreEqualBytesWhereverAndWheneverTheyRan) {
  history::Run a;
  a.cells.emplace_back().key.schedule = "s";
  a.cells[0].reps.emplace_back().values["wall_ns"] = 12;
  history::Run b = a;
  b.id = "other";
  b.sitting = "later";
  b.started_at_unix = 99;
  b.cells[0].reps[0].process = 4711;
  EXPECT_EQ(run_json(a), run_json(b));
  EXPECT_NE(run_json(a, {true}), run_json(b, {true}));
  EXPECT_EQ(json::parse(run_json(b, {true})).at("run"), "other");
  EXPECT_TRUE(json::parse(run_json(a)).at("cells").at(0).at("metrics").at("wall_ns").is_number_integer());
}

TEST(RunView, RankedTablesPutTheFastestFirst) {
  history::Run run;
  for (const auto& [name, wall] : {std::pair("slow", 2e9), std::pair("fast", 1e9)}) {
    run.cells.emplace_back().key.schedule = name;
    run.cells.back().reps.emplace_back().values["wall_ns"] = wall;
  }
  RunTableOptions ranked;
  ranked.ranked = true;
  const std::string text = run_table(run, {}, ranked);
  EXPECT_LT(text.find("fast"), text.find("slow"));
}

TEST(HistoryView, DatesAreUtc) {
  EXPECT_EQ(date_text(1'774'966'000), "2026-03-31 14:06");
  EXPECT_EQ(date_text(0), "–");
  EXPECT_EQ(date_text(INT64_MAX), "–");
}

TEST(HistoryView, AnEmptyHistorySaysWhatToDo) {
  EXPECT_EQ(runs_text({}, {}), "No runs yet: `offledger run` makes one.\n");
  EXPECT_TRUE(json::parse(runs_json({})).at("runs").empty());
}

TEST(CatalogueView, JsonIsVersioned) {
  EXPECT_EQ(json::parse(schedules_json({{"s", "t", "", true, ""}})).at("schedules").at(0).at("file"),
            nullptr);
  EXPECT_EQ(json::parse(workloads_json({})).at("schema"), "offledger.workloads/1");
  const json suite = json::parse(suites_json({{"s", "t", {{"history1", "tiny"}}}})).at("suites").at(0);
  EXPECT_EQ(suite.at("cells").at(0), (json{{"schedule", "history1"}, {"workload", "tiny"}}));
  EXPECT_EQ(json::parse(devices_json({{"sim:h200", "", true, true, ""}})).at("devices").at(0).at("available"),
            true);
}

TEST(ExplainJson, CopyMetricsDoNotApplyWhereNothingIsCopied) {
  analysis::Report report;
  report.devices.emplace_back().total.ledger.compute_only = nanos(10);
  report.devices[0].steps.emplace_back().figures = report.devices[0].total;
  const json device = json::parse(explain_json(report)).at("devices").at(0);
  EXPECT_TRUE(device.at("metrics").at("overlap").is_null());
  EXPECT_EQ(device.at("states").at("overlap"), "not_applicable");
  EXPECT_EQ(device.at("states").at("bound_ns"), "not_measured");
  EXPECT_EQ(device.at("metrics").at("wall_ns"), 10);
}

TEST(ExplainText, AReportWithoutDevicesIsNoCrash) {
  EXPECT_EQ(explain_text({}, {}), "Nothing ran on a GPU.\n");
  EXPECT_TRUE(json::parse(explain_json({})).at("devices").empty());
}

}  // namespace
}  // namespace offledger::render
