// SPDX-License-Identifier: Apache-2.0
//
// Pruning, exporting, importing, and the artifacts that go along.
#include <fstream>

#include "tests/unit/history/run_fixture.hpp"

namespace offledger::history {
namespace {

using namespace history::testing;

std::string write_trace(const TemporaryFolder& folder, const std::string& text) {
  const std::string path = folder.file("trace-" + text + ".json");
  std::ofstream(path) << text;
  return path;
}

history::Run run_with_trace(Store& store, const TemporaryFolder& folder, const std::string& label,
                            const std::string& trace) {
  history::Run run = make_run(label);
  run.cells[1].artifacts = {store.store_artifact("trace", write_trace(folder, trace))};
  return run;
}

TEST(Artifacts, AreStoredOnceUnderTheirHash) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  const auto first = store.store_artifact("trace", write_trace(folder, "x"));
  const auto again = store.store_artifact("trace", write_trace(folder, "x"));
  EXPECT_EQ(first.content_hash, again.content_hash);
  EXPECT_EQ(first.path, "trace-x.json");
  const std::string place = store.artifact_file(first);
  std::ofstream(place) << "tampered";
  EXPECT_THROW((void)store.artifact_file(first), Error);
  std::filesystem::remove(place);
  EXPECT_THROW((void)store.artifact_file(first), Error);
}

TEST(Prune, KeepsBaselinesTheNewestAndTheRecent) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  std::vector<std::string> ids;
  for (int i = 0; i < 6; ++i) {
    history::Run run =
        run_with_trace(store, folder, std::to_string(i), i == 1 ? "shared" : std::to_string(i % 2));
    run.started_at_unix = 1000 + i;
    ids.push_back(store.insert(run));
  }
  store.set_baseline({"pinned", ids[0], "release", 1});
  Retention retention{.newest = 1, .since_unix = 1004, .dry_run = true};
  EXPECT_EQ(store.prune(retention).runs_removed, 3U);
  EXPECT_EQ(store.list().size(), 6U);
  retention.dry_run = false;
  const auto report = store.prune(retention);
  EXPECT_EQ(report.runs_removed, 3U);
  EXPECT_EQ(report.runs_kept, 3U);
  EXPECT_EQ(report.artifacts_removed, 1U);  // "shared"; "0" and "1" are still named
  std::vector<std::string> left;
  for (const auto& run : store.list()) left.push_back(run.id);
  EXPECT_EQ(left, (std::vector<std::string>{ids[5], ids[4], ids[0]}));
  (void)store.load(ids[0]);
  (void)store.artifact_file(store.load(ids[4]).cells[1].artifacts[0]);
  EXPECT_EQ(store.prune(retention).runs_removed, 0U);
}

TEST(Prune, LeavesBytesThatAWriterIsAboutToName) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  const Retention all{.newest = 0, .since_unix = std::nullopt, .dry_run = false};
  {
    Store early(path, Mode::kReadWrite);
    (void)early.insert(run_with_trace(early, folder, "early", "same bytes"));
  }
  Store writer(path, Mode::kReadWrite);
  const history::Run late = run_with_trace(writer, folder, "late", "same bytes");
  PruneReport report = Store(path, Mode::kReadWrite).prune(all);
  EXPECT_EQ(report.runs_removed, 1U);
  EXPECT_EQ(report.artifacts_removed, 0U);
  EXPECT_TRUE(report.artifacts_in_use);
  (void)writer.artifact_file(writer.load(writer.insert(late)).cells[1].artifacts[0]);
}

TEST(Prune, RemovesWhatAProcessThatDiedLeftHalfWritten) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  const history::Run run = run_with_trace(store, folder, "kept", "named");
  (void)store.insert(run);
  const std::string whole = store.artifact_file(run.cells[1].artifacts[0]);
  const std::string mine = folder.file("a.sqlite.artifacts") + "/notes.partial";
  for (const std::string& path : {whole + ".123.part", whole + ".partial", mine})
    std::ofstream(path) << "half";
  EXPECT_EQ(store.prune({.newest = 1, .since_unix = std::nullopt, .dry_run = false}).artifacts_removed, 2U);
  EXPECT_TRUE(std::filesystem::exists(whole));
  EXPECT_TRUE(std::filesystem::exists(mine));
}

TEST(Prune, RemovesBytesOfARunThatNeverCameToBe) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.sqlite");
  std::string orphan;
  {
    Store crashed(path, Mode::kReadWrite);
    orphan = crashed.artifact_file(crashed.store_artifact("trace", write_trace(folder, "orphan")));
  }
  Store store(path, Mode::kReadWrite);
  const std::string kept = store.insert(run_with_trace(store, folder, "kept", "named"));
  const PruneReport report = store.prune({.newest = 1, .since_unix = std::nullopt, .dry_run = false});
  EXPECT_EQ(report.artifacts_removed, 1U);
  EXPECT_FALSE(report.artifacts_in_use);
  EXPECT_FALSE(std::filesystem::exists(orphan));
  (void)store.artifact_file(store.load(kept).cells[1].artifacts[0]);
}

TEST(Exchange, MergesTwoMachinesAndASecondTimeAddsNothing) {
  TemporaryFolder folder;
  Store here(folder.file("here.sqlite"), Mode::kReadWrite);
  Store there(folder.file("there.sqlite"), Mode::kReadWrite);
  const std::string shared = here.insert(make_run("both"));
  EXPECT_EQ(there.insert(make_run("both")), shared);
  const std::string mine = here.insert(make_run("mine"));
  const std::string theirs = there.insert(run_with_trace(there, folder, "theirs", "t"));
  const std::string again = there.insert(make_run("both"));
  there.set_baseline({"nightly", theirs, "first", 1});
  Verdict verdict;
  verdict.verdict = "pass";
  verdict.base_run = shared;
  verdict.cand_run = theirs;
  there.insert(verdict);

  there.export_to(folder.file("sent.sqlite"));
  const auto report = here.import_from(folder.file("sent.sqlite"));
  EXPECT_EQ(report.runs_added, 2U);
  EXPECT_EQ(report.runs_present, 1U);
  EXPECT_EQ(report.baselines_added, 1U);
  EXPECT_EQ(report.verdicts_added, 1U);
  EXPECT_EQ(report.artifacts_added, 1U);
  EXPECT_EQ(here.list().size(), 4U);
  EXPECT_EQ(here.load(theirs).label, "theirs");
  EXPECT_EQ(here.load(again).label, "both");
  (void)here.artifact_file(here.load(theirs).cells[1].artifacts[0]);
  EXPECT_EQ(here.resolve("nightly"), theirs);

  const auto second = here.import_from(folder.file("sent.sqlite"));
  EXPECT_EQ(second.runs_added + second.baselines_added + second.verdicts_added + second.artifacts_added, 0U);
  EXPECT_EQ(second.runs_present, 3U);
  EXPECT_EQ(here.list().size(), 4U);
  (void)mine;
}

TEST(Exchange, AnAlteredHistoryReachesNoFileOutsideItsFolder) {
  TemporaryFolder folder;
  const std::string victim = folder.file("victim");
  std::ofstream(victim) << "mine";
  for (const char* hash : {"./../victim", "../victim", "", "0011", "00112233445566778899AABBCCDDEEFF",
                           "00112233445566778899aabbccddee/."}) {
    Store there(folder.file("there.sqlite"), Mode::kReadWrite);
    history::Run run = make_run(std::string("altered") + hash);
    run.started_at_unix = 1;
    run.cells[1].artifacts = {{"trace", "x", hash}};
    there.insert(run);
    std::filesystem::create_directories(there.path() + ".artifacts");
    Store here(folder.file("here.sqlite"), Mode::kReadWrite);
    EXPECT_THROW(here.import_from(there.path()), Error) << hash;
    EXPECT_TRUE(here.list().empty()) << hash;
    EXPECT_EQ(there.prune({.newest = 0, .since_unix = 2, .dry_run = false}).runs_removed, 1U) << hash;
    EXPECT_TRUE(std::filesystem::exists(victim)) << hash;
  }
}

TEST(Exchange, KeepsWhatABaselineMeansHere) {
  TemporaryFolder folder;
  Store here(folder.file("here.sqlite"), Mode::kReadWrite);
  Store there(folder.file("there.sqlite"), Mode::kReadWrite);
  const std::string mine = here.insert(make_run("mine"));
  here.set_baseline({"nightly", mine, "ours", 1});
  there.set_baseline({"nightly", there.insert(make_run("theirs")), "theirs", 1});
  here.import_from(there.path());
  EXPECT_EQ(here.baseline("nightly")->run, mine);
}

TEST(Exchange, ExportsTheRunsNamedToAFileThatStandsAlone) {
  TemporaryFolder folder;
  Store store(folder.file("a.sqlite"), Mode::kReadWrite);
  const std::string wanted = store.insert(make_run("wanted"));
  store.insert(make_run("other"));
  store.export_to(folder.file("out.sqlite"), {wanted});
  EXPECT_FALSE(std::filesystem::exists(folder.file("out.sqlite-wal")));
  const Store out(folder.file("out.sqlite"), Mode::kReadOnly);
  ASSERT_EQ(out.list().size(), 1U);
  EXPECT_EQ(out.list()[0].id, wanted);
  expect_error([&] { store.export_to(folder.file("out.sqlite")); }, "found a file");
  expect_error([&] { store.import_from(folder.file("none.sqlite")); }, "no such file");
}

}  // namespace
}  // namespace offledger::history
