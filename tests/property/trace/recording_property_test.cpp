// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "collectors/trace/chunk.hpp"
#include "collectors/trace/merge.hpp"
#include "collectors/trace/recording_file.hpp"
#include "collectors/trace/recording_writer.hpp"
#include "tests/property/trace/random_timeline.hpp"

namespace offledger::trace {
namespace {

RC_GTEST_PROP(Recording, DecodesToWhatWasEncoded, (std::uint64_t seed)) {
  const Timeline t = RandomTimeline(seed).make(60);
  const std::string bytes = encode(t);
  RC_ASSERT(decode(bytes, "x") == t);
  RC_ASSERT(encode(t) == bytes);
}

TEST(Recording, ManyChunksDecodeToWhatWasEncoded) {
  const Timeline t = RandomTimeline(7).make(20'000);
  EXPECT_TRUE(decode(encode(t), "x") == t);
}

/// Whether each table of `part` is the head of the same table of `whole`.
bool is_head(const Timeline& part, const Timeline& whole) {
  bool head = part.strings().size() <= whole.strings().size() &&
              std::equal(part.strings().begin(), part.strings().end(), whole.strings().begin());
  const auto check = [&](const auto& a, const auto& b) {
    head = head && a.size() <= b.size() && std::equal(a.begin(), a.end(), b.begin());
  };
  check(part.kernels, whole.kernels);
  check(part.copies, whole.copies);
  check(part.calls, whole.calls);
  check(part.ranges, whole.ranges);
  check(part.streams, whole.streams);
  check(part.overheads, whole.overheads);
  check(part.counters, whole.counters);
  check(part.samples, whole.samples);
  check(part.counter_values, whole.counter_values);
  return head;
}

RC_GTEST_PROP(Recording, AnyCutLoadsAsItsHeadAndIncomplete, (std::uint64_t seed)) {
  const Timeline t = RandomTimeline(seed).make(30);
  const std::string bytes = encode(t);
  const std::size_t cut = *rc::gen::inRange<std::size_t>(12, bytes.size());
  const Timeline part = decode(std::string_view(bytes).substr(0, cut), "x");
  RC_ASSERT(!part.source.complete);
  RC_ASSERT(is_head(part, t));
}

RC_GTEST_PROP(Recording, AnyChangedByteIsRefused, (std::uint64_t seed)) {
  std::string bytes = encode(RandomTimeline(seed).make(20));
  const std::size_t at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << *rc::gen::inRange(0, 8)));
  RC_ASSERT_THROWS_AS(decode(bytes, "x"), Error);
}

RC_GTEST_PROP(Recording, DeltasAddUpToTheWhole, (std::uint64_t seed)) {
  RandomTimeline random(seed);
  ChunkEncoder encoder;
  Timeline whole = random.make(20);
  std::string bytes = ChunkEncoder::header() + encoder.append(whole);
  for (std::uint64_t i = random.below(4); i > 0; --i) {
    const Timeline delta = random.grow(20);
    bytes += encoder.append(delta);
    Timeline next = delta;
    const auto prepend = [](auto& rows, const auto& before) {
      rows.insert(rows.begin(), before.begin(), before.end());
    };
    prepend(next.kernels, whole.kernels);
    prepend(next.copies, whole.copies);
    prepend(next.memsets, whole.memsets);
    prepend(next.calls, whole.calls);
    prepend(next.syncs, whole.syncs);
    prepend(next.event_records, whole.event_records);
    prepend(next.ranges, whole.ranges);
    prepend(next.overheads, whole.overheads);
    prepend(next.counter_values, whole.counter_values);
    prepend(next.notes, whole.notes);
    whole = next;
  }
  RC_ASSERT(decode(bytes + encoder.end(), "x") == whole);
}

/// A record with its references spelled out, so that records of Timelines with other tables compare.
std::string spelled(const Timeline& t, const Kernel& k) {
  std::string stream = "none";
  if (k.stream != StreamRow::kNone) {
    const StreamInfo& s = t.at(k.stream);
    stream = fmt::format("{}/{}/{}/{}", t.processes[index(s.process)].pid, index(s.device), s.context,
                         s.native_id);
  }
  return fmt::format("{} {} {}", k.begin.count(), stream, t.text(k.name));
}

std::string spelled(const Timeline& t, const CounterValue& v) {
  const Counter& counter = t.counters[index(v.counter)];
  const Sample& sample = t.samples[index(v.sample)];
  return fmt::format("{} {} {} {} {} of {} at {}", index(counter.device), t.text(counter.role),
                     t.text(counter.metric), counter.quantum, v.value, index(sample.device),
                     sample.begin.count());
}

RC_GTEST_PROP(Merge, KeepsWhatEveryRecordMeans, (std::uint64_t seed)) {
  const Timeline first = RandomTimeline(seed).make(20);
  const Timeline second = RandomTimeline(seed + 1).make(20);
  Timeline both = first;
  merge(both, second);
  RC_ASSERT(both.kernels.size() == first.kernels.size() + second.kernels.size());
  for (std::size_t i = 0; i < second.kernels.size(); ++i) {
    RC_ASSERT(spelled(both, both.kernels[first.kernels.size() + i]) == spelled(second, second.kernels[i]));
  }
  RC_ASSERT(both.ranges.size() == first.ranges.size() + second.ranges.size());
  RC_ASSERT(both.defects.zero_timestamps == first.defects.zero_timestamps + second.defects.zero_timestamps);
  RC_ASSERT(both.counter_values.size() == first.counter_values.size() + second.counter_values.size());
  for (std::size_t i = 0; i < second.counter_values.size(); ++i) {
    RC_ASSERT(spelled(both, both.counter_values[first.counter_values.size() + i]) ==
              spelled(second, second.counter_values[i]));
  }
  // References are all within their tables: decode() checks them.
  both.source.complete = true;
  RC_ASSERT(decode(encode(both), "x") == both);
}

}  // namespace
}  // namespace offledger::trace
