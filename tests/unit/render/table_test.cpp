// SPDX-License-Identifier: Apache-2.0
#include "reports/render/table.hpp"

#include <gtest/gtest.h>

namespace offledger::render {
namespace {

Table example() {
  Table table({{"schedule", Align::kLeft}, {"wall"}, {"", Align::kLeft}});
  table.row({"history1", "16.16 s", "ok"});
  table.rule();
  table.row({"層", "9 s", {"late", Ink::kBad}});
  return table;
}

TEST(Table, AlignsByCellsAndEndsNoLineWithASpace) {
  EXPECT_EQ(example().text({false, 80}),
            "schedule     wall\n"
            "history1  16.16 s  ok\n"
            "───────────────────────\n"
            "層            9 s  late\n");
}

TEST(Table, ColourAddsNoWidth) {
  EXPECT_EQ(example().text({true, 80}),
            "\x1b[1mschedule\x1b[0m     \x1b[1mwall\x1b[0m\n"
            "history1  16.16 s  ok\n"
            "\x1b[2m───────────────────────\x1b[0m\n"
            "層            9 s  \x1b[31mlate\x1b[0m\n");
}

TEST(Table, NamesGiveWayBeforeFiguresDo) {
  Table table({{"name", Align::kLeft}, {"figure"}});
  table.row({"diffusers_group_record_stream", "12345.67 ms"});
  EXPECT_EQ(table.text({false, 30}),
            "name                    figure\n"
            "diffusers_group_…  12345.67 ms\n");
  EXPECT_EQ(table.text({false, 5}),
            "name           figure\n"
            "diffuse…  12345.67 ms\n");
}

TEST(Table, ALastColumnOfTextGoesOnBelow) {
  Table table({{"schedule", Align::kLeft}, {"what it does", Align::kLeft}});
  table.row({"accelerate", "Each tensor is copied when its module runs"});
  table.row({"flexgen", "One sublayer ahead"});
  EXPECT_EQ(table.text({false, 40}),
            "schedule    what it does\n"
            "accelerate  Each tensor is copied when\n"
            "            its module runs\n"
            "flexgen     One sublayer ahead\n");
  std::string long_text(1'000'000, 'x');
  long_text += " y";
  table.row({"long", long_text});
  EXPECT_LT(table.text({false, 40}).size(), 300U);
}

TEST(Table, AHeadingStandsOverItsRows) {
  Table table({{"", Align::kLeft}, {"new"}});
  table.heading("a long name that is wider than the columns");
  table.row({"wall", "2 s"});
  EXPECT_EQ(table.text({false, 80}),
            "        new\n"
            "a long name that is wider than the columns\n"
            "  wall  2 s\n");
}

TEST(Table, RowsTakeAnyNumberOfCells) {
  Table table({{"a"}, {"b"}});
  table.row({"1"});
  table.row({"1", "2", "3"});
  EXPECT_EQ(table.text({false, 80}), "a  b\n1\n1  2\n");
}

TEST(Table, MarkdownEscapesWhatMarkdownMeans) {
  Table table({{"cell", Align::kLeft}, {"x"}});
  table.row({"a|b\n<b>*c*", "1"});
  EXPECT_EQ(table.markdown(),
            "| cell | x |\n"
            "| --- | ---: |\n"
            "| a\\|b\\\\n&lt;b&gt;\\*c\\* | 1 |\n");
}

}  // namespace
}  // namespace offledger::render
