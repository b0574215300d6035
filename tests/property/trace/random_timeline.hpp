// SPDX-License-Identifier: Apache-2.0
//
// Timelines with any value that a field can hold, and only the references their tables allow. Seeded: the
// same seed gives the same Timeline everywhere.

#pragma once

#include <random>
#include <string>

#include "collectors/trace/timeline.hpp"

namespace offledger::trace {

class RandomTimeline {
 public:
  explicit RandomTimeline(std::uint64_t seed) : random_(seed) {}

  /// Up to `most` rows of each kind.
  Timeline make(std::size_t most) {
    t_ = Timeline();
    t_.source = source();
    t_.defects = {word(), word(), word(), word(), word(), word(), word()};
    tables(most);
    if (below(4) > 0) sample_tables();
    records(most);
    return t_;
  }
  /// New records on the tables that make() left, which may grow.
  Timeline grow(std::size_t most) {
    t_.clear_records();
    t_.defects.unknown_records += 1;
    for (std::size_t i = 0; i < 3; ++i) t_.intern(name());
    t_.streams.push_back(
        {row<ProcessRow>(t_.processes.size()), DeviceId{word32()}, word32(), word(), string()});
    sample_tables();
    records(most);
    return t_;
  }

  std::uint64_t below(std::uint64_t n) { return n == 0 ? 0 : random_() % n; }

 private:
  /// Small, large, and at the limits, so that every length of variable-length integer comes up.
  std::uint64_t word() {
    switch (below(4)) {
      case 0: return below(4);
      case 1: return random_() >> below(64);
      case 2: return ~std::uint64_t{0} - below(3);
      default: return (std::uint64_t{1} << 63) - below(2);
    }
  }
  std::uint32_t word32() { return static_cast<std::uint32_t>(word()); }
  Nanos time() { return Nanos(static_cast<std::int64_t>(word())); }
  std::int32_t integer() { return static_cast<std::int32_t>(word32()); }
  std::string name() {
    std::string text(below(40), ' ');
    for (char& c : text) c = static_cast<char>(random_());
    return text;
  }
  template <typename Enum>
  Enum one_of(Enum last) {
    return static_cast<Enum>(below(static_cast<std::uint64_t>(last) + 1));
  }
  template <typename Row>
  Row row(std::size_t rows) {
    if constexpr (requires { Row::kNone; }) {
      if (rows == 0 || below(8) == 0) return Row::kNone;
    }
    return static_cast<Row>(below(rows));
  }
  StringId string() { return static_cast<StringId>(below(t_.strings().size())); }
  StreamRow stream() { return row<StreamRow>(t_.streams.size()); }
  ThreadRow thread() { return row<ThreadRow>(t_.threads.size()); }
  Correlation correlation() { return static_cast<Correlation>(word()); }

  Provenance source() {
    return {one_of(DeviceKind::kImport),       name(), name(),        name(),       name(),
            static_cast<std::int64_t>(word()), word(), below(2) != 0, below(2) != 0};
  }

  void tables(std::size_t most) {
    for (std::size_t i = below(most + 1); i > 0; --i) t_.intern(name());
    for (std::size_t i = below(4); i > 0; --i) t_.devices.push_back({DeviceId{word32()}, string()});
    for (std::size_t i = 1 + below(4); i > 0; --i) t_.processes.push_back({word32(), string()});
    const auto process = [&] { return row<ProcessRow>(t_.processes.size()); };
    for (std::size_t i = below(5); i > 0; --i) t_.threads.push_back({process(), word(), string()});
    for (std::size_t i = below(5); i > 0; --i) {
      t_.streams.push_back({process(), DeviceId{word32()}, word32(), word(), string()});
    }
  }

  void sample_tables() {
    for (std::size_t i = below(4); i > 0; --i) {
      t_.counters.push_back(
          {DeviceId{word32()}, string(), string(), one_of(CounterUnit::kBytes), word(), word()});
    }
    for (std::size_t i = below(30); i > 0; --i) t_.samples.push_back({time(), time(), DeviceId{word32()}});
  }

  void records(std::size_t most) {
    const auto times = [&](auto make) {
      for (std::size_t i = below(most + 1); i > 0; --i) make();
    };
    times([&] {
      t_.kernels.push_back({time(), time(), stream(), string(), correlation(),
                            one_of(KernelClass::kCollective), word32(), word()});
    });
    times([&] {
      t_.copies.push_back({time(), time(), stream(), correlation(), word(), one_of(CopyDirection::kUnknown),
                           one_of(MemoryKind::kManagedStatic), one_of(MemoryKind::kManagedStatic),
                           one_of(Channel::kDecompress), word32(), word32(), word32()});
    });
    times([&] { t_.memsets.push_back({time(), time(), stream(), correlation(), word(), word32()}); });
    times([&] {
      t_.calls.push_back(
          {time(), time(), thread(), string(), correlation(), one_of(Api::kDriver), integer()});
    });
    times([&] {
      t_.syncs.push_back({time(), time(), one_of(SyncKind::kDevice), stream(), static_cast<EventSync>(word()),
                          correlation()});
    });
    times([&] {
      t_.event_records.push_back({static_cast<EventSync>(word()), stream(), correlation(), word(), time()});
    });
    times([&] {
      t_.ranges.push_back({time(), time(), thread(), string(), string(), one_of(RangeKind::kHostWork),
                           integer(), integer(), integer(), string()});
    });
    times([&] {
      t_.overheads.push_back({time(), time(), one_of(OverheadKind::kOther), thread(), string()});
    });
    if (!t_.counters.empty() && !t_.samples.empty()) {
      times([&] {
        t_.counter_values.push_back(
            {row<CounterRow>(t_.counters.size()), row<SampleRow>(t_.samples.size()), word()});
      });
    }
    if (below(4) == 0) t_.notes.push_back({string(), string(), below(2) != 0});
  }

  std::mt19937_64 random_;
  Timeline t_;
};

}  // namespace offledger::trace
