// SPDX-License-Identifier: Apache-2.0
#include "reports/render/cells.hpp"

#include <gtest/gtest.h>

namespace offledger::render {
namespace {

TEST(Cells, WidthCountsCellsNotBytes) {
  EXPECT_EQ(cell_width("abc"), 3U);
  EXPECT_EQ(cell_width("µs"), 2U);
  EXPECT_EQ(cell_width("層"), 2U);
  EXPECT_EQ(cell_width("e\u0301"), 1U);  // a combining accent
  EXPECT_EQ(cell_width("😀"), 2U);
  EXPECT_EQ(cell_width("█▏"), 2U);
}

TEST(Cells, ControlCharactersAreSpelledOut) {
  EXPECT_EQ(printable("a\nb\x1b[31m"), "a\\nb\\x1b[31m");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\u202Egnp"), "\\u202egnp");  // right-to-left override
}

TEST(Cells, InvalidBytesAreReplacedOneByOne) {
  EXPECT_EQ(printable("\xff"), "\uFFFD");
  EXPECT_EQ(printable("\xc0\x80"), "\uFFFD\uFFFD");            // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(printable("\xe5\xb1"), "\uFFFD\uFFFD");            // cut short
}

TEST(Cells, TruncationNeverSplitsACharacter) {
  EXPECT_EQ(truncate("abcdef", 6), "abcdef");
  EXPECT_EQ(truncate("abcdef", 4), "abc…");
  EXPECT_EQ(truncate("層層層", 4), "層…");  // the second would need a fifth cell
  EXPECT_EQ(truncate("abc", 0), "");
}

TEST(Cells, PaddingGoesByCells) {
  EXPECT_EQ(pad("層", 4, Align::kLeft), "層  ");
  EXPECT_EQ(pad("層", 4, Align::kRight), "  層");
  EXPECT_EQ(pad("abcde", 4, Align::kRight), "abcde");
}

TEST(Cells, WrappingIndentsLaterLines) {
  EXPECT_EQ(wrap("one two three four", 9, 2), "one two\n  three\n  four");
}

TEST(Cells, AUnitStaysWithItsNumber) {
  EXPECT_EQ(wrap("it took 86.2 % of it", 12), "it took\n86.2 % of it");
}

TEST(Cells, ABarShowsThatLittleIsNotNothing) {
  EXPECT_EQ(bar(0.5, 4), "██  ");
  EXPECT_EQ(bar(0, 2), "  ");
  EXPECT_EQ(bar(1e-9, 2), "▏ ");
  EXPECT_EQ(bar(2, 2), "██");
}

}  // namespace
}  // namespace offledger::render
