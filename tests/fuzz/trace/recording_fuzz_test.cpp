// SPDX-License-Identifier: Apache-2.0
//
// Damaged recordings: whatever happens to the bytes, decode() gives a Timeline or an Error. Mutations go
// under the checksums too, since a checksum keeps accidents out, not malice.
#include <gtest/gtest.h>

#include <random>

#include "collectors/trace/chunk.hpp"
#include "collectors/trace/recording_file.hpp"
#include "collectors/trace/recording_writer.hpp"
#include "tests/property/trace/random_timeline.hpp"

namespace offledger::trace {
namespace {

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }

  std::string mutated(std::string bytes) {
    for (std::size_t i = 1 + below(4); i > 0 && !bytes.empty(); --i) {
      const std::size_t at = below(bytes.size());
      switch (below(5)) {
        case 0: bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8))); break;
        case 1: bytes[at] = static_cast<char>(random_()); break;
        case 2: bytes.resize(at); break;
        case 3: bytes.insert(at, bytes.substr(below(bytes.size()), below(16))); break;
        default: bytes.erase(at, below(16)); break;
      }
    }
    return bytes;
  }

 private:
  std::mt19937_64 random_;
};

/// Decodes, and reads through every reference of what came out.
bool survives(const std::string& bytes) {
  try {
    const Timeline t = decode(bytes, "fuzz");
    std::size_t sum = 0;
    for (const Kernel& k : t.kernels) {
      sum += t.text(k.name).size();
      if (k.stream != StreamRow::kNone) sum += t.text(t.at(k.stream).name).size();
    }
    for (const CounterValue& v : t.counter_values) {
      sum += t.text(t.counters[index(v.counter)].role).size() + index(t.samples[index(v.sample)].device) % 2;
    }
    for (const Note& n : t.notes) sum += t.text(n.id).size() + t.text(n.text).size();
    for (const Range& r : t.ranges) sum += t.text(r.group).size() + t.text(r.domain).size();
    return sum < bytes.size() * 100'000;
  } catch (const Error& error) {
    return std::string(error.what()).starts_with("fuzz: ");
  }
}

TEST(RecordingFuzz, MutatedBytes) {
  Mutator mutator(1);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const std::string bytes = encode(RandomTimeline(seed).make(30));
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(survives(mutator.mutated(bytes)));
  }
}

TEST(RecordingFuzz, MutatedPayloadsUnderRightChecksums) {
  Mutator mutator(2);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const std::string bytes = encode(RandomTimeline(seed).make(12));
    std::vector<Chunk> chunks;
    ByteReader in(std::string_view(bytes).substr(12));
    while (auto chunk = unframe(in)) chunks.push_back(std::move(*chunk));
    for (int i = 0; i < 100; ++i) {
      std::vector<Chunk> changed = chunks;
      Chunk& chunk = changed[mutator.below(changed.size())];
      if (mutator.below(4) == 0) std::swap(chunk, changed[mutator.below(changed.size())]);
      chunk.payload = mutator.mutated(chunk.payload);
      std::string out = ChunkEncoder::header();
      for (const Chunk& c : changed) out += frame(c.kind, c.payload);
      ASSERT_TRUE(survives(out));
    }
  }
}

}  // namespace
}  // namespace offledger::trace
