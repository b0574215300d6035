// SPDX-License-Identifier: Apache-2.0

#include "harness/model/workload.hpp"

#include <gtest/gtest.h>

#include "schedules/base/error.hpp"

namespace offledger::model {
namespace {

constexpr std::string_view kGood = R"({
  "name": "mine",
  "layers": 2,
  "groups": [
    {"name": "attn", "compute_ns": 300, "kernels": 3,"tensors": [{"name":"q","bytes": 10}, {"name":"o","bytes": 20}]},
    {"name": "ffn", "compute_ns": 500, "tensors": [{"name": "w", "bytes": 70}]}
  ],
  "steps": 4,
  "link_bytes_per_s": 5000,
  "architecture": {"hidden": 64, "ffn": 128, "heads": 8, "kv_heads": 2, "head_dim": 8, "vocab": 100},
  "unique_layers": 1
})";

std::string good_but(std::string_view what, std::string_view with) {
  std::string text(kGood);
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

TEST(Workload, IsWhatTheFileSays) {
  const Workload workload = parse_workload(kGood, "mine.json");
  EXPECT_EQ(workload.name, "mine");
  EXPECT_EQ(workload.shape.layers, 2U);
  ASSERT_EQ(workload.shape.groups.size(), 2U);
  EXPECT_EQ(workload.shape.groups[0].tensors, (std::vector<plan::Tensor>{{"q", 10}, {"o", 20}}));
  EXPECT_EQ(workload.costs, (std::vector<UnitCost>{{nanos(300), 3}, {nanos(500), 1}}));
  EXPECT_EQ(workload.steps, 4U);
  EXPECT_EQ(workload.tokens, 1U);
  EXPECT_EQ(workload.link_bytes_per_s, 5000U);
  EXPECT_EQ(workload.architecture->kv_heads, 2U);
  EXPECT_EQ(workload.unique_layers, 1U);
}

struct Bad {
  std::string_view what, with;
  std::vector<std::string> parts;  ///< of the message
};

TEST(Workload, ErrorsSayWhereAndWhat) {
  const std::vector<Bad> cases = {
      {"\"layers\": 2", "\"layers\": 0", {"mine.json:3:", "layers"}},
      {"\"layers\": 2", "\"layers\": \"2\"", {"mine.json:3:", "layers"}},
      {"\"layers\": 2,", "", {"mine.json", "layers"}},
      {"\"compute_ns\": 300", "\"compute_ns\": 0", {"mine.json:5:", "groups[0].compute_ns"}},
      {"\"kernels\": 3", "\"kernel\": 3", {"mine.json:5:", "kernel", "kernels"}},
      {"\"bytes\": 70", "\"bytes\": -70", {"mine.json:6:", "groups[1].tensors[0].bytes"}},
      {"[{\"name\": \"w\", \"bytes\": 70}]", "[]", {"mine.json:6:", "groups[1].tensors", "at least one"}},
      {"\"name\": \"ffn\"", "\"name\": \"attn\"", {"mine.json:6:", "groups[1]", "'attn'", "twice"}},
      {"\"link_bytes_per_s\": 5000", "\"link_bytes_per_s\": 0", {"mine.json:9:", "link_bytes_per_s"}},
      {"\"unique_layers\": 1", "\"unique_layers\": 3", {"mine.json:11:", "unique_layers"}},
      {"\"heads\": 8", "\"heads\": 7", {"mine.json:10:", "architecture", "multiple of kv_heads"}},
      {"\"bytes\": 70", "\"bytes\": 4611686018427387904", {"mine.json:1:", "bytes", "2^62"}},
      {"\"compute_ns\": 500", "\"compute_ns\": 4611686018427387904", {"mine.json:1:", "compute_ns", "2^62"}},
      {"\"kernels\": 3", "\"kernels\": 100000, \"notes\": \"\"", {}},
      {"\"steps\": 4", "\"steps\": 100000", {}},
      {"\"name\": \"mine\",", "\"name\": \"mine\",,", {"mine.json:2"}},
  };
  for (const Bad& bad : cases) {
    if (bad.parts.empty()) {
      EXPECT_NO_THROW((void)parse_workload(good_but(bad.what, bad.with), "mine.json")) << bad.with;
      continue;
    }
    try {
      (void)parse_workload(good_but(bad.what, bad.with), "mine.json");
      ADD_FAILURE() << bad.with << " was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      for (const std::string& part : bad.parts) {
        EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << part << " in: " << error.what();
      }
    }
  }
}

TEST(Workload, TooManyLaunchesAreRefused) {
  std::string text = good_but("\"kernels\": 3", "\"kernels\": 100000");
  text.replace(text.find("\"steps\": 4"), 10, "\"steps\": 100000");
  EXPECT_THROW((void)parse_workload(text, "mine.json"), Error);
}

TEST(Workload, ShipsTheModelsOfTheDocumentation) {
  for (const EmbeddedFile& file : workload_files()) {
    const std::string name(file.name.substr(0, file.name.rfind('.')));
    EXPECT_EQ(find_workload(name).name, name);
  }
  const Workload seed = find_workload("seed-70b");
  EXPECT_EQ(seed.shape.layers, 80U);
  EXPECT_EQ(seed.shape.groups[0].bytes(), *seed.link_bytes_per_s / 10);  // attention takes 100 ms
  EXPECT_EQ(find_workload("seed-70b-fast").shape, seed.shape);
  const Workload prefill = find_workload("llama70b-prefill-8k");
  EXPECT_EQ(prefill.shape.groups[0].bytes(), 302'006'272U);
  EXPECT_EQ(prefill.shape.groups[1].bytes(), 1'409'302'528U);
  EXPECT_EQ(prefill.costs[0].compute, nanos(6'700'000));
  EXPECT_EQ(find_workload("llama70b-decode").shape, prefill.shape);
}

TEST(Workload, AnUnknownNameSuggestsTheNearest) {
  try {
    (void)find_workload("seed-70");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("seed-70b"), std::string::npos) << error.what();
  }
  EXPECT_THROW((void)find_workload("./no/such.json"), Error);
}

}  // namespace
}  // namespace offledger::model
