// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/history/run_fixture.hpp"

namespace offledger::history {
namespace {

using namespace testing;

void expect_equal(const Rep& a, const Rep& b) {
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.process, b.process);
  EXPECT_EQ(a.block, b.block);
  EXPECT_EQ(a.order, b.order);
  EXPECT_EQ(a.exit_code, b.exit_code);
  EXPECT_EQ(a.values, b.values);
  EXPECT_EQ(a.causes_ns, b.causes_ns);
}

void expect_equal(const Cell& a, const Cell& b) {
  EXPECT_EQ(a.key, b.key);
  EXPECT_EQ(a.schedule_hash, b.schedule_hash);
  EXPECT_EQ(a.deterministic, b.deterministic);
  ASSERT_EQ(a.reps.size(), b.reps.size());
  for (std::size_t i = 0; i < a.reps.size(); ++i) expect_equal(a.reps[i], b.reps[i]);
  ASSERT_EQ(a.findings.size(), b.findings.size());
  for (std::size_t i = 0; i < a.findings.size(); ++i) {
    EXPECT_EQ(a.findings[i].id, b.findings[i].id);
    EXPECT_EQ(a.findings[i].detail, b.findings[i].detail);
    EXPECT_EQ(a.findings[i].disqualifies, b.findings[i].disqualifies);
  }
  ASSERT_EQ(a.artifacts.size(), b.artifacts.size());
  for (std::size_t i = 0; i < a.artifacts.size(); ++i) {
    EXPECT_EQ(a.artifacts[i].kind, b.artifacts[i].kind);
    EXPECT_EQ(a.artifacts[i].path, b.artifacts[i].path);
    EXPECT_EQ(a.artifacts[i].content_hash, b.artifacts[i].content_hash);
  }
}

TEST(Store, GivesBackWhatWasStored) {
  TemporaryFolder folder;
  history::Run run = make_run();
  run.dirty = true;
  run.complete = false;
  run.merge_base = "fedcba";
  run.side = "cand";
  run.machine_class = {"cuda", "NVIDIA H200", 150'754'820'096, "gen5 x16", "Xeon"};
  run.environment = {"GPU-1", "580.65", "13.0", "6.8"};
  run.cells[0].reps[1].exit_code = 137;
  Store store(folder.file("new/folder/history.sqlite"), Mode::kReadWrite);
  const history::Run back = store.load(store.insert(run));
  EXPECT_EQ(back.sitting, run.sitting);
  EXPECT_EQ(back.label, run.label);
  EXPECT_EQ(back.commit, run.commit);
  EXPECT_EQ(back.merge_base, run.merge_base);
  EXPECT_EQ(back.branch, run.branch);
  EXPECT_EQ(back.side, run.side);
  EXPECT_EQ(back.dirty, run.dirty);
  EXPECT_EQ(back.complete, run.complete);
  EXPECT_EQ(back.suite, run.suite);
  EXPECT_EQ(back.tool_version, run.tool_version);
  EXPECT_EQ(back.started_at_unix, run.started_at_unix);
  EXPECT_EQ(back.machine_class, run.machine_class);
  EXPECT_EQ(back.environment, run.environment);
  EXPECT_EQ(back.env_samples, run.env_samples);
  ASSERT_EQ(back.cells.size(), run.cells.size());
  for (std::size_t i = 0; i < run.cells.size(); ++i) expect_equal(back.cells[i], run.cells[i]);
}

TEST(Store, NamesARunByItsContentAndNotItsTime) {
  TemporaryFolder folder;
  Store first(folder.file("a.sqlite"), Mode::kReadWrite);
  Store second(folder.file("b.sqlite"), Mode::kReadWrite);
  history::Run later = make_run();
  later.started_at_unix += 86'400;
  later.sitting = "another";
  const std::string id = first.insert(make_run());
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(second.insert(later), id);
  history::Run other = make_run();
  other.cells[0].reps[0].values["wall_ns"] = 1000.5;
  EXPECT_NE(second.insert(other), id);
}

TEST(Store, GivesTheSameContentAnIdOfItsOwnEachTime) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  Store replay(folder.file("b.sqlite"), Mode::kReadWrite);
  const std::string first = store.insert(make_run());
  const std::string second = store.insert(make_run());
  EXPECT_NE(first, second);
  EXPECT_EQ(store.list().size(), 2U);
  EXPECT_EQ(replay.insert(make_run()), first);
  EXPECT_EQ(replay.insert(make_run()), second);
}

TEST(Store, StoresANumberThatIsNoneAsNull) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  history::Run run = make_run();
  run.cells[0].reps[0].values["wall_ns"] = std::numeric_limits<double>::quiet_NaN();
  const history::Run back = store.load(store.insert(run));
  EXPECT_FALSE(back.cells[0].reps[0].values.at("wall_ns").has_value());
}

TEST(Store, RefusesACellOrARepetitionThatStandsTwice) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  history::Run run = make_run();
  run.cells.push_back(run.cells[0]);
  expect_error([&] { store.insert(run); }, "'history1' on workload 'tiny' twice");
  run = make_run();
  run.cells[0].reps[1].number = 0;
  expect_error([&] { store.insert(run); }, "number 0");
  EXPECT_TRUE(store.list().empty());
}

TEST(Store, ListsNewestFirst) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  history::Run old = make_run("old");
  old.started_at_unix -= 10;
  const std::string new_id = store.insert(make_run("new"));
  store.insert(old);
  const auto runs = store.list();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].id, new_id);
  EXPECT_EQ(runs[0].label, "new");
  EXPECT_EQ(runs[0].device, "sim:h200");
  EXPECT_EQ(runs[0].cells, 2U);
  EXPECT_EQ(runs[0].reps, 4U);
  EXPECT_EQ(store.list(1).size(), 1U);
}

TEST(Resolve, FindsARunByAnyOfItsNames) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  history::Run old = make_run("release");
  old.commit = "aaaaaaaabbbbbbbb";
  old.started_at_unix -= 10;
  const std::string old_id = store.insert(old);
  const std::string new_id = store.insert(make_run("nightly"));
  store.set_baseline({"pinned", old_id, "first release", 5});
  EXPECT_EQ(store.resolve("latest"), new_id);
  EXPECT_EQ(store.resolve(old_id), old_id);
  EXPECT_EQ(store.resolve(old_id.substr(0, 8)), old_id);
  EXPECT_EQ(store.resolve("release"), old_id);
  EXPECT_EQ(store.resolve("pinned"), old_id);
  EXPECT_EQ(store.resolve("aaaaaaaabbbbbbbb"), old_id);
  EXPECT_EQ(store.resolve("aaaaaaaa"), old_id);
  const std::string again = store.insert(make_run("nightly"));
  EXPECT_EQ(store.resolve("nightly"), again);
}

TEST(Resolve, SaysWhatIsThereWhereNothingMatches) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  expect_error([&] { (void)store.resolve("latest"); }, "it holds no runs");
  store.insert(make_run("nightly"));
  expect_error([&] { (void)store.resolve("weekly"); }, "label nightly");
  expect_error([&] { (void)store.resolve(""); }, "found ''");
  expect_error([&] { (void)store.load("weekly"); }, "'weekly'");
}

TEST(Resolve, AsksForMoreWhereSeveralMatch) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  history::Run run = make_run();
  run.commit = "abcdefa1";
  store.insert(run);
  run.commit = "abcdefa2";
  store.insert(run);
  expect_error([&] { (void)store.resolve("abcdefa"); }, "abcdefa1, abcdefa2");
}

TEST(Baseline, KeepsHowItMoved) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  const std::string first = store.insert(make_run("one"));
  const std::string second = store.insert(make_run("two"));
  store.set_baseline({"nightly", first, "first", 1});
  store.set_baseline({"nightly", second, "faster kernels", 2});
  store.set_baseline({"release", first, "v1", 3});
  ASSERT_EQ(store.baselines().size(), 2U);
  EXPECT_EQ(store.baseline("nightly")->run, second);
  EXPECT_EQ(store.baseline("nightly")->reason, "faster kernels");
  EXPECT_FALSE(store.baseline("weekly"));
  expect_error([&] { store.set_baseline({"nightly", first, "", 4}); }, "reason");
  expect_error([&] { store.set_baseline({"nightly", "nonsense", "why", 4}); }, "'nonsense'");
}

TEST(Waiver, IsReplacedByTheNextOfTheSameRow) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  store.set_waiver({"history1", "", "wall_ns", "driver bug", "kim", "2026-03-31"});
  store.set_waiver({"history1", "", "wall_ns", "still there", "kim", "2026-04-30"});
  ASSERT_EQ(store.waivers().size(), 1U);
  EXPECT_EQ(store.waivers()[0].reason, "still there");
  expect_error([&] { store.set_waiver({"", "", "", "why", "kim", "soon"}); }, "YYYY-MM-DD");
  expect_error([&] { store.set_waiver({"", "", "", "why", "", "2026-03-31"}); }, "owner");
}

TEST(VerdictRow, ComesBackWhole) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  Verdict verdict;
  verdict.verdict = "fail";
  verdict.reason = "slower";
  verdict.base_run = store.insert(make_run());
  verdict.cand_run = "a run of elsewhere";
  verdict.base_why = "merge base";
  verdict.cells.push_back({"history1", "tiny", "wall_ns", "", "fail", 1.0, 2.0, 1.0, 0.9, 1.1, 0.02, 1e-5,
                           1e-3, 10, 9, "why", true});
  verdict.cells.push_back(
      {"history1", "tiny", "overlap", "", "pass", {}, {}, {}, {}, {}, {}, {}, {}, 0, 0, "", false});
  store.insert(verdict);
  const auto all = store.verdicts();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].base_run, verdict.base_run);
  EXPECT_EQ(all[0].cand_run, "");
  EXPECT_EQ(all[0].exit_code(), 1);
  ASSERT_EQ(all[0].cells.size(), 2U);
  EXPECT_EQ(all[0].cells[0].ci_high, 1.1);
  EXPECT_EQ(all[0].cells[0].p_adjusted, 1e-3);
  EXPECT_EQ(all[0].cells[0].n_cand, 9U);
  EXPECT_FALSE(all[0].cells[1].base);
  EXPECT_FALSE(all[0].cells[1].gates);
}

TEST(VerdictRow, ExitCodesAreFixed) {
  const auto code = [](const char* text) {
    Verdict verdict;
    verdict.verdict = text;
    return verdict.exit_code();
  };
  EXPECT_EQ(code("pass"), 0);
  EXPECT_EQ(code("fail"), 1);
  EXPECT_EQ(code("inconclusive"), 3);
  EXPECT_EQ(code("no_data"), 4);
  EXPECT_EQ(code("not_comparable"), 5);
  EXPECT_EQ(code("anything else"), 4);
}

TEST(Series, HasOnePointARunAndLeavesOutWhatFailed) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  history::Run first = make_run("one", 1000);
  first.cells[0].reps[2].exit_code = 1;
  history::Run second = make_run("two", 2000);
  second.started_at_unix += 10;
  history::Run cut_off = make_run("three", 9000);
  cut_off.complete = false;
  store.insert(second);
  store.insert(first);
  store.insert(cut_off);
  const auto all = store.series();
  ASSERT_EQ(all.size(), 4U);  // two cells, wall and overlap; bound_ns is null throughout
  const auto& wall = all[3];
  EXPECT_EQ(wall.cell.schedule, "history1");
  EXPECT_EQ(wall.metric, "wall_ns");
  ASSERT_EQ(wall.points.size(), 2U);
  EXPECT_EQ(wall.points[0].value, 1000.5);
  EXPECT_EQ(wall.points[1].value, 2001);
  EXPECT_EQ(wall.points[1].environment.kernel, "6.1");
  EXPECT_TRUE(store.series(3).empty());
}

TEST(Series, RemembersAChangeOnce) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  const std::string run = store.insert(make_run());
  const auto series = store.series();
  const Changepoint change{
      series[0].cell, "wall_ns", series[0].machine_class, "change", run, "", run, 3.5, 3.0,
      std::nullopt,   0.0005,    "driver 1 -> 2"};
  store.insert(std::vector<Changepoint>{change});
  store.insert(std::vector<Changepoint>{change});
  const auto all = store.changepoints();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].run, run);
  EXPECT_EQ(all[0].range_first, "");
  EXPECT_EQ(all[0].range_last, run);
  EXPECT_EQ(all[0].shift_low, 3.0);
  EXPECT_FALSE(all[0].shift_high);
  EXPECT_EQ(all[0].environment, "driver 1 -> 2");
}

}  // namespace
}  // namespace offledger::history
