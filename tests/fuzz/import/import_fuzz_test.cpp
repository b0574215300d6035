// SPDX-License-Identifier: Apache-2.0
//
// Damaged traces: whatever happens to the bytes of a JSON trace, a gzip file or a SQLite export, load_any()
// gives a Timeline whose references hold, or an Error that names the file.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "collectors/import/import.hpp"
#include "collectors/import/kineto/load.hpp"
#include "collectors/trace/recording_file.hpp"
#include "schedules/base/error.hpp"
#include "tests/support/text.hpp"
#include "tests/unit/import/temporary_file.hpp"

namespace offledger::importers {
namespace {

std::string golden(const std::string& name) {
  return test::contents(OFFLEDGER_SOURCE_DIR "/tests/golden/import/" + name);
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }

  /// Flips, cuts, repeats and removes; and puts in pieces that mean something in JSON.
  std::string mutated(std::string bytes) {
    static constexpr std::string_view kPieces[] = {"\"",
                                                   "{",
                                                   "}",
                                                   "[",
                                                   "]",
                                                   ",",
                                                   ":",
                                                   "\\",
                                                   "\\u",
                                                   "}, {",
                                                   "null",
                                                   "-",
                                                   "1e999",
                                                   "18446744073709551616",
                                                   "\"ts\": ",
                                                   "-1",
                                                   "\x00",
                                                   "\xFF",
                                                   "\"args\": {",
                                                   "\"traceEvents\": [",
                                                   "\"ph\": \"X\", \"cat\": \"kernel\", "};
    for (std::size_t i = 1 + below(3); i > 0 && !bytes.empty(); --i) {
      const std::size_t at = below(bytes.size());
      switch (below(6)) {
        case 0: bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8))); break;
        case 1: bytes.insert(at, kPieces[below(std::size(kPieces))]); break;
        case 2: bytes.resize(below(8) == 0 ? at : bytes.size()); break;
        case 3: bytes.insert(at, bytes.substr(below(bytes.size()), below(300))); break;
        case 4: bytes.replace(at, below(30), kPieces[below(std::size(kPieces))]); break;
        default: bytes.erase(at, below(40)); break;
      }
    }
    return bytes;
  }

 private:
  std::mt19937_64 random_;
};

struct Tally {
  int loaded = 0, refused = 0;
};

template <typename Load>
void survive(const std::string& path, Tally& tally, Load load) {
  try {
    const trace::Timeline t = load();
    // decode() checks every reference.
    ASSERT_EQ(trace::decode(trace::encode(t), "x").gpu_op_count(), t.gpu_op_count());
    for (const auto& k : t.kernels) ASSERT_LE(k.begin, k.end);
    ++tally.loaded;
  } catch (const Error& error) {
    ASSERT_EQ(std::string(error.what()).rfind(path, 0), 0U) << error.what();
    ++tally.refused;
  }
}

TEST(ImportFuzz, MutatedJson) {
  Mutator mutator(1);
  const TemporaryFile file("");
  Tally tally;
  for (const char* name :
       {"kineto_everything.json", "strings_like_cuts.json", "two_processes.json", "bare_array_cut.json"}) {
    const std::string text = golden(name);
    for (int i = 0; i < 250; ++i) {
      file.write(mutator.mutated(text));
      const kineto::Options options{40 + mutator.below(4000), 1 + static_cast<unsigned>(mutator.below(3))};
      survive(file.path(), tally, [&] { return kineto::load(file.path(), {}, options); });
    }
  }
  // The fuzzer does both: damages traces beyond reading, and leaves some that load.
  EXPECT_GT(tally.loaded, 100);
  EXPECT_GT(tally.refused, 100);
}

TEST(ImportFuzz, SlicingNeverChangesTheOutcome) {
  Mutator mutator(2);
  const TemporaryFile file("");
  for (int i = 0; i < 400; ++i) {
    file.write(mutator.mutated(golden("strings_like_cuts.json")));
    const auto outcome = [&](const kineto::Options& options) -> std::string {
      try {
        return trace::encode(kineto::load(file.path(), {}, options));
      } catch (const Error&) {
        return "refused";
      }
    };
    ASSERT_EQ(outcome({1 + mutator.below(300), 2}), outcome({std::size_t{1} << 20, 1}))
        << test::contents(file.path());
  }
}

TEST(ImportFuzz, MutatedGzip) {
  Mutator mutator(3);
  const TemporaryFile file("");
  Tally tally;
  const std::string bytes = gzipped(golden("kineto_everything.json"));
  for (int i = 0; i < 300; ++i) {
    file.write(mutator.mutated(bytes));
    survive(file.path(), tally, [&] { return load_any(file.path()); });
  }
  EXPECT_GT(tally.refused, 100);
}

TEST(ImportFuzz, MutatedExport) {
  Mutator mutator(4);
  const TemporaryFile file("");
  SQLite::Database(file.path(), SQLite::OPEN_READWRITE)
      .exec("PRAGMA page_size = 512; PRAGMA synchronous = OFF; BEGIN; " + golden("nsys_2025.sql") +
            "; COMMIT");
  const std::string bytes = test::contents(file.path());
  Tally tally;
  for (int i = 0; i < 300; ++i) {
    std::string changed = bytes;
    for (std::size_t n = 1 + mutator.below(12); n > 0; --n) {
      changed[mutator.below(changed.size())] = static_cast<char>(mutator.below(256));
    }
    file.write(changed);
    survive(file.path(), tally, [&] { return load_any(file.path()); });
  }
  EXPECT_GT(tally.loaded, 20);
  EXPECT_GT(tally.refused, 20);
}

}  // namespace
}  // namespace offledger::importers
