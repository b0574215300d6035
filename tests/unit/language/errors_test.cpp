// SPDX-License-Identifier: Apache-2.0
//
// What a wrong schedule file is told: each row is a change to a good file and what the error must say.
// Structural mistakes must be refused by the shipped JSON Schema as well.

#include <gtest/gtest.h>

#include <ostream>

#include "schedules/base/error.hpp"
#include "schedules/language/schedule.hpp"
#include "tests/contract/language/schema_check.hpp"

namespace offledger::language {
namespace {

const plan::ModelShape kSixLayers{6, {{"attn", {{"q", 400}, {"o", 100}}}, {"ffn", {{"up", 900}}}}};

/// The good file, a knob a line: line 4 is "slots", and so on.
std::string file_with(const std::string& key, const std::string& value) {
  std::vector<std::pair<std::string, std::string>> knobs{
      {"name", R"("mine")"},
      {"title", R"("one line")"},
      {"slots", R"({"count": 2})"},
      {"issue", R"([{"at": "during", "fetch": "ffn", "unit": "attn", "ahead": 0}])"},
      {"ready", R"("stream_event")"},
      {"release", R"("last_reader_event")"}};
  bool known = false;
  for (auto& [name, text] : knobs) {
    if (name == key) text = value, known = true;
  }
  if (!known) knobs.emplace_back(key, value);
  std::string text = "{";
  for (const auto& [name, each] : knobs) text += (text == "{" ? "\n\"" : ",\n\"") + name + "\": " + each;
  return text + "\n}\n";
}

struct Row {
  const char* key;
  const char* value;
  const char* message;  ///< the error has this in it
  bool structural;      ///< the schema refuses it too
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.key << " = " << row.value;
}

const Row kRows[] = {
    {"name", R"("a/b")", "mine.json:2:9: key 'name': expected a name of 1 to 100 letters", true},
    {"name", R"("a\u0007b")", "key 'name': expected a name", true},
    {"name", R"("")", "key 'name': expected a name", true},
    {"name", R"("../x")", "key 'name': expected a name", true},
    {"slots", R"({"count": 0})",
     "mine.json:4:20: key 'slots.count': expected an integer from 1 to 100000, found 0", true},
    {"slots", R"({})", "expected the key 'count'", true},
    {"slots", R"({"count": {}})", "it names none", true},
    {"slots", R"({"count": {"attn": 2}})", "found none for 'ffn'", false},
    {"slots", R"({"count": {"attn": 2, "fnn": 2}})",
     "no units 'fnn' at this schedule's \"unit\" (did you mean 'ffn'?)", false},
    {"slots", R"({"count": 2, "mapping": "round"})", "expected one of modulo, single, dynamic", true},
    {"slots", R"({"count": 2, "mapping": "single"})", "contradicts a count above 1", false},
    {"unit", R"("block")", "expected one of layer, sublayer, tensor", true},
    {"unit", R"([])", "the list is empty", true},
    {"unit", R"([{"name": "a", "tensors": ["q"]}])", "'attn.o' and what follows it are in none", false},
    {"unit", R"([{"name": "a", "tensors": ["o", "q", "up"]}])",
     "in order of computation: 'attn.q' here, found 'o'", false},
    {"unit", R"([{"name": "a", "tensors": ["q", "o"]}, {"name": "a", "tensors": ["up"]}])", "named twice",
     false},
    {"unit", R"([{"name": "a", "tensors": ["q", "o", "up", "x"]}])",
     "'x' comes after the layer's last tensor", false},
    {"offload", R"({"last": 3, "of": 2})", "expected at most 2", false},
    {"offload", R"({"every": 7})", "leaves nothing to offload", false},
    {"offload", R"({"bytes": 10})", "leaves nothing to offload", false},
    {"offload", R"({"percent": 101})", "expected a number from 0 to 100", true},
    {"offload", R"({"names": ["fnn"]})", "no group or unit 'fnn' (did you mean 'ffn'?)", false},
    {"offload", R"({"names": ["L6.ffn"]})", "up to L5", false},
    {"offload", R"({"some": 1})", "expected \"all\", or an object with one of", true},
    {"source", R"("paged")", "expected one of pinned, registered, pageable, pinned_on_the_fly", true},
    {"issue", R"([{"at": "during", "ahead": 6}])",
     "mine.json:5:11: key 'issue[0]': fetches 6 layers ahead; expected at most 5", false},
    {"issue", R"([{"at": "during", "ahead": {"from": 1, "to": 1000000}}])", "fetches 1000000 layers ahead",
     false},
    {"issue", R"([{"at": "during", "ahead": 12, "in": "units"}])", "expected at most 11: 12 are offloaded",
     false},
    {"issue", R"([{"at": "during", "ahead": {"from": 3, "to": 1}}])", "expected from <= to", false},
    {"issue", R"([{"at": "during", "ahead": []}])", "at least one distance", true},
    {"issue", R"([{"at": "during", "ahead": -1}])", "expected an integer from 0", true},
    {"issue", R"([{"at": "during", "ahead": {"bytes": 0}}])", "expected an integer of at least 1", true},
    {"issue", R"([{"at": "during", "ahead": {"bytes": 9000}, "in": "units"}])", "counts in bytes", true},
    {"issue", R"([{"at": "during", "ahead": 1, "in": "units", "fetch": "ffn"}])", "Drop one of them", true},
    {"issue", R"([{"at": "during", "fetch": "moe", "ahead": 1}])", "no units 'moe'", false},
    {"issue", R"([{"at": "during", "unit": "moe", "ahead": 1}])", "no units 'moe'", false},
    {"issue", R"([{"at": "after_compute", "unit": "ffn", "fetch": "attn", "ahead": 0}])",
     "does not come after 'ffn'", false},
    {"issue", R"([{"at": "during", "ahead": 0, "in": "units"}])", "0 units ahead is the unit itself", false},
    {"issue", R"([{"at": "later", "ahead": 1}])", "expected one of before_compute, after_ready, during",
     true},
    {"issue", R"([{"ahead": 1}])", "expected the key 'at'", true},
    {"issue", R"([{"at": "during", "ahead": 1, "fense": true}])", "key 'issue[0]", true},
    {"wrap", R"(true)", "no issue point reaches beyond the last layer", false},
    {"wrap", R"(1)", "expected true or false", true},
    {"ready", R"("event")", "expected one of host_event, stream_event", true},
    {"ready", R"({"mode": "host_event", "on": "compute"})", "only the modes stream_event and wait_stream",
     true},
    {"ready", R"({"mode": "stream_event", "on": "comptue"})", "did you mean 'compute'", false},
    {"ready", R"({"mode": "host_event", "host_cost_us": -1})", "expected a number from 0", true},
    {"ready", R"({"mode": "host_event", "host_cost_us": {"atn": 1}})", "did you mean 'attn'", false},
    {"release", R"({"mode": "none", "at": "release"})", "only the mode host_sync", true},
    {"streams", R"({"copy": ["a", "a"]})", "named twice", true},
    {"streams", R"({"copy": []})", "a list of 1 to 16", true},
    {"streams", R"({"copy": "a", "compute": "a"})", "'a' is both a copy and a compute stream", false},
    {"streams", R"({"copy": "a", "copy_mapping": "slot"})", "at least two", true},
    {"streams", R"({"compute": {"attn": "a"}})", "found none for 'ffn'", false},
    {"streams", R"({"priority": {"weights": 1}})", "names no stream 'weights'", false},
    {"copy", R"({"by": "chunks"})", "expected the key 'chunk_bytes'", true},
    {"copy", R"({"by": "chunks", "chunk_bytes": 1})", "at least 4096", true},
    {"copy", R"({"by": "slab", "chunk_bytes": 8192})", "contradicts \"by\"", true},
    {"copy", R"({"in_flight": 0})", "expected an integer from 1 to 1024", true},
    {"host", R"({"loop_us": 1})", "loop_us", true},
    {"prologue", R"([{"at": "during", "ahead": 0}])", "at", true},
    {"sltos", R"({})", "sltos", true},
};

class Wrong : public testing::TestWithParam<Row> {};

TEST_P(Wrong, IsToldWhereAndWhatIsAllowed) {
  const std::string text = file_with(GetParam().key, GetParam().value);
  try {
    (void)parse_schedule(text, "mine.json")->compile(kSixLayers);
    FAIL() << "accepted:\n" << text;
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(message.find(GetParam().message), std::string::npos) << message;
    EXPECT_TRUE(message.starts_with("mine.json:")) << message;
  }
}

TEST_P(Wrong, IsRefusedByTheSchemaWhereStructural) {
  const std::string errors = schema_errors(file_with(GetParam().key, GetParam().value));
  EXPECT_EQ(!errors.empty(), GetParam().structural) << errors;
}

INSTANTIATE_TEST_SUITE_P(Files, Wrong, testing::ValuesIn(kRows));

TEST(Errors, TheFileTheRowsStartFromIsGood) {
  EXPECT_NO_THROW((void)parse_schedule(file_with("title", R"("x")"), "mine.json")->compile(kSixLayers));
}

TEST(Errors, FencesNeedACopyStream) {
  const std::string text =
      R"({"name": "x", "title": "x", "slots": {"count": 2}, "streams": {"copy": "compute"},
    "issue": [{"at": "during", "ahead": 1, "fence": true}]})";
  EXPECT_THROW((void)parse_schedule(text, "mine.json"), Error);
}

TEST(Errors, ADynamicPoolThatRunsOutNamesTheUnit) {
  const std::string text =
      R"({"name": "x", "title": "x", "unit": "layer", "slots": {"count": 2, "mapping": "dynamic"},
    "issue": [{"at": "during", "ahead": [1, 2]}]})";
  try {
    (void)parse_schedule(text, "mine.json")->compile(kSixLayers);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("no slot is left for L2.layer"), std::string::npos)
        << error.what();
  }
}

TEST(Errors, AModelWithoutLayersIsRefused) {
  const auto schedule = find_schedule("history");
  EXPECT_THROW((void)schedule->compile({0, {{"attn", {{"q", 1}}}}}), Error);
  EXPECT_THROW((void)schedule->compile({3, {}}), Error);
  EXPECT_THROW((void)schedule->compile({3, {{"attn", {{"q", 0}}}, {"ffn", {}}}}), Error);
}

TEST(Errors, AnUnknownNameGetsTheNearest) {
  try {
    (void)find_schedule("histroy");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'history'"), std::string::npos) << error.what();
  }
  EXPECT_THROW((void)find_schedule("no/such/file.json"), Error);
  EXPECT_THROW((void)find_schedule("a\nb"), Error);
  EXPECT_THROW((void)find_schedule(""), Error);
}

TEST(Errors, MegabytesOfNestingAreRefusedAtOnce) {
  const std::string open(10'000'000, '[');
  EXPECT_THROW((void)parse_schedule(open, "deep.json"), Error);
  EXPECT_THROW(
      (void)parse_schedule(file_with("notes", std::string(5'000'000, '[') + std::string(5'000'000, ']')),
                           "deep.json"),
      Error);
}

}  // namespace
}  // namespace offledger::language
