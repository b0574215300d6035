// SPDX-License-Identifier: Apache-2.0
#include "schedules/base/json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offledger::json {
namespace {

/// The message parsing `text` (and then `use`) ends with, or "" where it is accepted.
template <typename Use>
std::string error_of(std::string_view text, Use use) {
  try {
    const Document doc = Document::parse(text, "f.json");
    use(doc.root());
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "";
}
std::string error_of(std::string_view text) {
  return error_of(text, [](const Value&) {});
}

TEST(Json, ReadsEveryKindOfValue) {
  const auto doc = Document::parse(
      R"({"i": -7, "d": 1.5, "s": "aé\n", "b": true, "n": null, "a": [1, [2]], "o": {"k": 0}})", "f");
  Object o = doc.root().object();
  EXPECT_EQ(o.at("i").integer(), -7);
  EXPECT_EQ(o.at("d").number(), 1.5);
  EXPECT_EQ(o.at("s").string(), "a\xc3\xa9\n");
  EXPECT_TRUE(o.at("b").boolean());
  EXPECT_EQ(o.at("n").kind(), Kind::kNull);
  EXPECT_EQ(o.at("a").array()[1].array()[0].integer(), 2);
  EXPECT_EQ(o.at("o").object().at("k").integer(), 0);
  EXPECT_EQ(o.get("absent", std::int64_t{3}), 3);
  EXPECT_NO_THROW(o.finish());
}

TEST(Json, PlacesCountLinesAndColumnsFromOne) {
  const auto use = [](const Value& root) { (void)root.object().at("b").object().at("c").integer(0, 10); };
  EXPECT_EQ(error_of("{\n  \"a\": 1,\n  \"b\": {\"c\": 11}\n}", use),
            "f.json:3:14: key 'b.c': expected an integer from 0 to 10, found 11");
}

TEST(Json, UnknownKeyNamesTheNearest) {
  const auto use = [](const Value& root) {
    Object o = root.object();
    (void)o.get("prefetch", false);
    o.finish();
  };
  EXPECT_EQ(error_of(R"({"prefech": true})", use),
            "f.json:1:13: unknown key 'prefech' (did you mean 'prefetch'?)");
  EXPECT_EQ(error_of(R"({"zzz": true})", use), "f.json:1:9: unknown key 'zzz'; allowed: prefetch");
  EXPECT_EQ(error_of(R"({"$schema": "x", "notes": ["y"]})", use), "");
}

TEST(Json, OneOfListsWhatIsAllowed) {
  const auto use = [](const Value& root) { (void)root.object().at("r").one_of({"event", "host"}); };
  EXPECT_EQ(error_of(R"({"r": "evnt"})", use),
            "f.json:1:7: key 'r': expected one of event, host, found 'evnt' (did you mean 'event'?)");
  EXPECT_EQ(error_of(R"({"r": 3})", use), "f.json:1:7: key 'r': expected one of event, host, found 3");
}

TEST(Json, RefusesWhatIsNotOneStrictDocument) {
  EXPECT_NE(error_of(""), "");
  EXPECT_NE(error_of("{"), "");
  EXPECT_NE(error_of("{\"a\": 1,}"), "");
  EXPECT_NE(error_of("{\"a\": 1} {"), "");
  EXPECT_NE(error_of("{\"a\": 1}]"), "");
  EXPECT_NE(error_of("{\"a\" 1}"), "");
  EXPECT_NE(error_of("{\"a\": nul}"), "");
  EXPECT_NE(error_of("{\"a\": 01}"), "");
  EXPECT_NE(error_of("{\"a\": \"\xff\"}"), "");
  EXPECT_NE(error_of("{\"a\": \"\x01\"}"), "");
  EXPECT_NE(error_of("7"), "");
  EXPECT_EQ(error_of("{\"a\": 1, \"a\": 2}"), "f.json:1:15: key 'a' is given twice");
  EXPECT_NE(error_of("{\"a\": 9223372036854775808}").find("below 2^63"), std::string::npos);
}

TEST(Json, DeepNestingIsAnErrorNotACrash) {
  std::string deep = "{\"a\":";
  for (int i = 0; i < 5'000'000; ++i) deep += '[';
  EXPECT_EQ(error_of(deep), "f.json:1:69: nested deeper than 64 levels");
}

TEST(Json, MissingKeyIsNamed) {
  const auto use = [](const Value& root) { (void)root.object().at("layers"); };
  EXPECT_EQ(error_of("{}", use), "f.json:1:1: expected the key 'layers', found none");
}

TEST(Json, FilesThatCannotBeReadAreNamed) {
  EXPECT_THROW((void)Document::load("/nonexistent/x.json"), Error);
  try {
    (void)Document::load("/");
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "/: expected a file, found a directory");
  }
}

TEST(Nearest, AcceptsASlipAndNothingFurther) {
  EXPECT_EQ(nearest("histroy1", {"history", "history1", "stage1"}), "history1");
  EXPECT_EQ(nearest("completely", {"history", "stage1"}), "");
}

}  // namespace
}  // namespace offledger::json
