// SPDX-License-Identifier: Apache-2.0
//
// Text of any bytes: nothing that reaches a terminal, a table or an XML file can be more than text.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <zlib.h>

#include <sstream>

#include "reports/render/cells.hpp"
#include "reports/render/gzip_stream.hpp"
#include "reports/render/table.hpp"

namespace offledger::render {
namespace {

RC_GTEST_PROP(Cells, PrintableTextHoldsNoControlCharacterAndIsValid, (std::string text)) {
  std::string shown = printable(text);
  for (std::string_view rest = shown; !rest.empty();) {
    const CodePoint c = decode_utf8(rest);
    RC_ASSERT(c.valid);
    RC_ASSERT(c.value >= 0x20 && (c.value < 0x7F || c.value >= 0xA0));
    rest.remove_prefix(c.bytes);
  }
  RC_ASSERT(printable(shown) == shown);
}

RC_GTEST_PROP(Cells, TruncatedTextFits, (std::string text)) {
  const auto width = *rc::gen::inRange<std::size_t>(0, 20);
  const std::string shown = printable(text);
  RC_ASSERT(cell_width(truncate(shown, width)) <= width);
  RC_ASSERT(cell_width(pad(truncate(shown, width), width, Align::kRight)) == width);
}

RC_GTEST_PROP(Cells, WrappingKeepsEveryWord, (std::string text)) {
  const auto words = [](const std::string& s) {
    std::istringstream in(s);
    return std::vector<std::string>(std::istream_iterator<std::string>(in), {});
  };
  const std::string shown = printable(text);
  RC_ASSERT(words(wrap(shown, 12, 2)) == words(shown));
}

RC_GTEST_PROP(Cells, ABarHasItsWidth, ()) {
  const double share = *rc::gen::inRange(-20, 130) / 100.0;
  const auto width = *rc::gen::inRange<std::size_t>(1, 30);
  RC_ASSERT(cell_width(bar(share, width)) == width);
}

RC_GTEST_PROP(Table, AMarkdownRowHasAsManyCellsAsColumns, (std::string a, std::string b)) {
  Table table({{"x"}, {"y"}});
  table.row({a, b});
  const std::string text = table.markdown();
  std::size_t bars = 0;
  std::size_t lines = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bars += text[i] == '|' && text[i - (i > 0 ? 1 : 0)] != '\\' ? 1 : 0;
    lines += text[i] == '\n' ? 1 : 0;
  }
  RC_ASSERT(lines == 3U);
  RC_ASSERT(bars == 9U);
}

std::string gunzip(const std::string& packed) {
  z_stream z{};
  EXPECT_EQ(inflateInit2(&z, 15 + 16), Z_OK);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  std::vector<char> piece(1 << 16);
  int state = Z_OK;
  while (state == Z_OK) {
    z.next_out = reinterpret_cast<Bytef*>(piece.data());
    z.avail_out = static_cast<uInt>(piece.size());
    state = inflate(&z, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - z.avail_out);
  }
  EXPECT_EQ(state, Z_STREAM_END);
  EXPECT_EQ(z.avail_in, 0U);
  inflateEnd(&z);
  return out;
}

RC_GTEST_PROP(GzipStream, GivesBackWhatWasWritten, (std::vector<std::string> pieces)) {
  std::ostringstream sink;
  std::string whole;
  {
    GzipStream out(sink, *rc::gen::inRange(0, 12));
    for (const std::string& piece : pieces) {
      const std::string repeated = *rc::gen::element(piece, std::string(70'000, 'x'));
      out << repeated;
      whole += repeated;
    }
    out.close();
    RC_ASSERT(out.good());
  }
  RC_ASSERT(gunzip(sink.str()) == whole);
}

TEST(GzipStream, SaysThatItsSinkIsFull) {
  std::ostringstream sink;
  sink.setstate(std::ios::badbit);
  GzipStream out(sink);
  out << "lost";
  out.close();
  EXPECT_TRUE(out.bad());
}

TEST(GzipStream, RefusesWhatComesAfterItsEnd) {
  std::ostringstream sink;
  GzipStream out(sink);
  out << "kept";
  out.close();
  const std::string packed = sink.str();
  out << std::string(70'000, 'x');
  EXPECT_TRUE(out.bad());
  EXPECT_EQ(sink.str(), packed);
  EXPECT_EQ(gunzip(packed), "kept");
}

}  // namespace
}  // namespace offledger::render
