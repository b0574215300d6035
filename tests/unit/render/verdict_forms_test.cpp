// SPDX-License-Identifier: Apache-2.0
//
// The forms of a verdict on verdicts that are hard to show: many cells, names that mean something to the
// format, and no cells at all.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "reports/render/verdict.hpp"

namespace offledger::render {
namespace {

using nlohmann::json;

history::Verdict of(std::size_t cells, const std::string& schedule, const std::string& state = "fail") {
  history::Verdict v;
  v.verdict = cells == 0 ? "no_data" : "fail";
  v.reason = "because";
  for (std::size_t i = 0; i < cells; ++i) {
    history::VerdictCell c;
    c.schedule = schedule;
    c.workload = std::to_string(i);
    c.metric = "wall_ns";
    c.state = state;
    c.base = 1e9;
    c.cand = 1.1e9;
    c.delta = 0.1;
    c.margin = 0.02;
    v.cells.push_back(c);
  }
  return v;
}

const std::string kHostile = "a|b\"<c>&'\n::error::`--> %0A \x01\xff [x](y) @all";

TEST(VerdictMarkdown, StaysBelowGithubsLimitWithItsMarkerLast) {
  for (const auto& verdict :
       {of(0, ""), of(1, "s"), of(2000, "s"), of(2000, kHostile), of(20, std::string(9000, '&'))}) {
    const std::string text = verdict_markdown(verdict);
    EXPECT_LT(text.size(), 65'536U);
    EXPECT_TRUE(text.ends_with("<!-- offledger-gate -->\n"));
  }
}

TEST(VerdictMarkdown, SaysHowManyRowsWereLeftOut) {
  const std::string text = verdict_markdown(of(2000, "s"));
  EXPECT_NE(text.find(" more rows do not fit here"), std::string::npos);
  EXPECT_TRUE(text.starts_with("### offledger: 2000 of 2000 cells worse – please read\n"));
}

TEST(VerdictMarkdown, LinksTracesWhereThereAreAny) {
  MarkdownOptions options;
  options.traces = [](const history::VerdictCell&) {
    return std::pair<std::string, std::string>("https://x/a b)", "");
  };
  EXPECT_NE(verdict_markdown(of(1, "s"), options).find("[base](https://x/a%20b%29)"), std::string::npos);
}

TEST(VerdictMarkdown, FoldsTheLedgerBehindAFenceThatItsTextCannotEnd) {
  MarkdownOptions options;
  options.ledger = "\nwall ``` 1\n</details>\n";
  const std::string text = verdict_markdown(of(1, "s"), options);
  EXPECT_NE(text.find("````text\nwall ``` 1\n</details>\n````\n"), std::string::npos) << text;
  options.ledger.assign(70'000, 'x');
  EXPECT_EQ(verdict_markdown(of(1, "s"), options), verdict_markdown(of(1, "s")));
}

TEST(VerdictWords, NothingHasNoSign) {
  history::Verdict v = of(1, "s", "pass");
  v.cells[0].metric = "overlap";
  v.cells[0].delta = -0.0;
  EXPECT_EQ(verdict_markdown(v).find("-0.0"), std::string::npos);
}

TEST(VerdictAnnotations, AreOneCommandALineAndTenErrorsAtMost) {
  const std::string text = verdict_annotations(of(30, kHostile));
  std::istringstream in(text);
  std::size_t errors = 0;
  std::size_t lines = 0;
  for (std::string line; std::getline(in, line); ++lines) {
    EXPECT_TRUE(line.starts_with("::error title=") || line.starts_with("::notice title=")) << line;
    errors += line.starts_with("::error") ? 1 : 0;
  }
  EXPECT_EQ(errors, 10U);
  EXPECT_EQ(lines, 11U);
}

TEST(VerdictJson, TakesNamesOfAnyBytes) {
  const json document = json::parse(verdict_json(of(1, kHostile)));
  EXPECT_EQ(document.at("schema"), "offledger.verdict/1");
  EXPECT_EQ(document.at("cells").size(), 1U);
}

TEST(VerdictJson, ACsvCellHasANameInPlaceOfScheduleAndWorkload) {
  history::Verdict v = of(1, "");
  v.cells[0].cell = "mine";
  const json cell = json::parse(verdict_json(v)).at("cells").at(0);
  EXPECT_EQ(cell.at("cell"), "mine");
  EXPECT_FALSE(cell.contains("schedule"));
}

/// Whether tags balance and no text or attribute holds what XML forbids there: enough to catch a name that
/// got out.
bool well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t i = 0; i < xml.size(); ++i) {
    if (static_cast<unsigned char>(xml[i]) < 0x20 && xml[i] != '\n') return false;
    if (xml[i] == '>') return false;
    if (xml[i] != '<') continue;
    const std::size_t end = xml.find('>', i);
    if (end == std::string::npos) return false;
    const std::string tag = xml.substr(i + 1, end - i - 1);
    if (tag.find('<') != std::string::npos || std::count(tag.begin(), tag.end(), '"') % 2 != 0) return false;
    if (tag.starts_with("/")) {
      if (open.empty() || open.back() != tag.substr(1)) return false;
      open.pop_back();
    } else if (!tag.ends_with("/") && !tag.starts_with("?")) {
      open.push_back(tag.substr(0, tag.find(' ')));
    }
    i = end;
  }
  return open.empty();
}

TEST(VerdictJunit, IsWellFormedWhateverTheNames) {
  EXPECT_TRUE(well_formed(verdict_junit(of(3, kHostile))));
  EXPECT_TRUE(well_formed(verdict_junit(of(3, kHostile, "inconclusive"))));
  EXPECT_TRUE(well_formed(verdict_junit(of(3, kHostile, "waived"))));
}

TEST(VerdictJunit, NoDataIsAnErrorNotAnEmptySuite) {
  const std::string text = verdict_junit(of(0, ""));
  EXPECT_NE(text.find("tests=\"1\" failures=\"0\" errors=\"1\""), std::string::npos) << text;
  EXPECT_NE(text.find("<error type=\"no_data\" message=\"because\"/>"), std::string::npos) << text;
}

TEST(VerdictSarif, EveryResultNamesARuleThatIsThere) {
  const json run = json::parse(verdict_sarif(of(5, kHostile), "0.1.0")).at("runs").at(0);
  const json& rules = run.at("tool").at("driver").at("rules");
  EXPECT_EQ(run.at("results").size(), 5U);
  for (const json& result : run.at("results")) {
    EXPECT_EQ(rules.at(result.at("ruleIndex").get<std::size_t>()).at("id"), result.at("ruleId"));
    EXPECT_FALSE(result.at("locations").at(0).contains("physicalLocation"));
  }
}

TEST(VerdictSarif, APathIsAUriReference) {
  const auto file = [](const std::string&) { return std::string("my schedules/ü#1.json"); };
  const json result = json::parse(verdict_sarif(of(1, "s"), "", file)).at("runs").at(0).at("results").at(0);
  EXPECT_EQ(result.at("locations").at(0).at("physicalLocation").at("artifactLocation").at("uri"),
            "my%20schedules/%C3%BC%231.json");
}

TEST(VerdictText, FirstLineIsTheVerdictAndLastLineIsForMachines) {
  const std::string text = verdict_text(of(0, ""), {});
  EXPECT_EQ(text, "NO DATA: because\noffledger-verdict: {\"verdict\":\"no_data\",\"exit\":4}\n");
}

}  // namespace
}  // namespace offledger::render
