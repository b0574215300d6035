// SPDX-License-Identifier: Apache-2.0
//
// The views that people query, row by row.
#include <SQLiteCpp/SQLiteCpp.h>

#include "tests/unit/history/run_fixture.hpp"

namespace offledger::history {
namespace {

using namespace history::testing;

std::vector<std::string> lines(const std::string& path, const std::string& sql) {
  SQLite::Database db(path);
  SQLite::Statement row(db, sql);
  std::vector<std::string> all;
  while (row.executeStep()) {
    std::string line;
    for (int i = 0; i < row.getColumnCount(); ++i) {
      if (i > 0) line += '|';
      line += row.getColumn(i).getString();
    }
    all.push_back(line);
  }
  return all;
}

class Views : public ::testing::Test {
 protected:
  void SetUp() override {
    Store store(path_, Mode::kReadWrite);
    history::Run first = make_run("one", 1000);
    history::Run second = make_run("two", 2000);
    second.started_at_unix += 3600;
    second.cells.pop_back();
    second.cells[0].reps.push_back(make_rep(3, 4000));
    second.cells[0].reps.push_back(make_rep(4, 9000));
    second.cells[0].reps[4].exit_code = 1;
    store.insert(first);
    store.insert(second);
  }
  TemporaryFolder folder_;
  std::string path_ = folder_.file("a.sqlite");
};

TEST_F(Views, SeriesHasARowARepetitionAndMetric) {
  EXPECT_EQ(
      lines(path_,
            "SELECT time, schedule, workload, metric, value, rep, label, device, kernel FROM v_series WHERE "
            "metric = "
            "'wall_ns' AND label = 'one' ORDER BY schedule, rep"),
      (std::vector<std::string>{"2023-11-14 22:13:20|blocking1|tiny|wall_ns|2000.0|0|one|sim:h200|6.1",
                                "2023-11-14 22:13:20|history1|tiny|wall_ns|1000.0|0|one|sim:h200|6.1",
                                "2023-11-14 22:13:20|history1|tiny|wall_ns|1001.0|1|one|sim:h200|6.1",
                                "2023-11-14 22:13:20|history1|tiny|wall_ns|1002.0|2|one|sim:h200|6.1"}));
  EXPECT_EQ(lines(path_, "SELECT count(*), count(value) FROM v_series"), (std::vector<std::string>{"27|18"}));
}

TEST_F(Views, LatestIsTheMedianOfTheNewestCompleteRunOfEachCell) {
  EXPECT_EQ(lines(path_,
                  "SELECT schedule, metric, median, least, most, reps, time FROM v_latest WHERE metric = "
                  "'wall_ns' ORDER BY "
                  "schedule"),
            (std::vector<std::string>{"blocking1|wall_ns|2000.0|2000.0|2000.0|1|2023-11-14 22:13:20",
                                      "history1|wall_ns|2001.5|2000.0|4000.0|4|2023-11-14 23:13:20"}));
}

TEST_F(Views, LedgerSplitsCausesAndSharesTheWall) {
  EXPECT_EQ(
      lines(path_,
            "SELECT cause, sub, ns, share_of_wall FROM v_ledger WHERE schedule = 'blocking1' ORDER BY cause"),
      (std::vector<std::string>{"drain||5.0|0.0025", "transfer_wait|late_issue|500.0|0.25"}));
}

}  // namespace
}  // namespace offledger::history
