// SPDX-License-Identifier: Apache-2.0
//
// Buffers come in any order and cut anywhere between records: what they decode to must not depend on it, and
// every record must be somewhere, as a row or as a defect.
#include "collectors/cupti/decode.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "tests/unit/cupti/activity_buffer.hpp"

namespace offledger::cupti {
namespace {

using AddTo = std::function<void(ActivityBuffer&)>;

/// A time, sometimes CUPTI's zero for "not collected".
std::uint64_t any_time() {
  return *rc::gen::inRange(0, 8) == 0 ? 0 : at(*rc::gen::inRange(1, 1000));
}

AddTo any_record(std::uint32_t id) {
  switch (*rc::gen::inRange(0, 6)) {
    case 0: {
      auto record = kernel(0, 0, id, *rc::gen::arbitrary<bool>() ? "_Z4spinx" : "ncclDevKernel_x");
      record.start = any_time(), record.end = any_time(), record.contextId = *rc::gen::inRange(1, 3);
      return [=](ActivityBuffer& buffer) { buffer.add(record); };
    }
    case 1: {
      auto record = copy(0, 0, id, *rc::gen::arbitrary<std::uint8_t>());
      record.start = any_time(), record.end = any_time(),
      record.srcKind = *rc::gen::arbitrary<std::uint8_t>();
      return [=](ActivityBuffer& buffer) { buffer.add(record); };
    }
    case 2: {
      auto record = call(CUPTI_ACTIVITY_KIND_RUNTIME, *rc::gen::inRange(0, 1000), 0, 0, id);
      record.start = any_time(), record.end = any_time();
      return [=](ActivityBuffer& buffer) { buffer.add(record); };
    }
    case 3: {
      auto record = sync(static_cast<CUpti_ActivitySynchronizationType>(*rc::gen::inRange(0, 7)),
                         *rc::gen::inRange(0, 4), id);
      record.start = any_time(), record.end = any_time();
      return [=](ActivityBuffer& buffer) { buffer.add(record); };
    }
    case 4: {
      const auto record = event(*rc::gen::inRange(0, 3), id);
      return [=](ActivityBuffer& buffer) { buffer.add(record); };
    }
    default: {
      const auto start = marker(CUPTI_ACTIVITY_FLAG_MARKER_START, id, 5, "r");
      const auto end = marker(CUPTI_ACTIVITY_FLAG_MARKER_END, id, 9);
      return [=](ActivityBuffer& buffer) { buffer.add(start), buffer.add(end); };
    }
  }
}

trace::Timeline decode_in(const std::vector<AddTo>& records, const std::vector<std::size_t>& order,
                          std::size_t per_buffer) {
  Decoder decoder(42, kOrigin);
  for (std::size_t i = 0; i < order.size();) {
    ActivityBuffer buffer;
    for (std::size_t n = 0; n < per_buffer && i < order.size(); ++n) records[order[i++]](buffer);
    buffer.into(decoder);
  }
  return decoder.finish();
}

/// Rows without the table rows that they point to, whose numbers depend on the order.
std::vector<std::vector<std::int64_t>> essence(const trace::Timeline& timeline) {
  std::vector<std::vector<std::int64_t>> all;
  const auto add = [&](std::int64_t kind, const auto& row, std::int64_t extra) {
    all.push_back(
        {kind, row.begin.count(), row.end.count(), static_cast<std::int64_t>(row.correlation), extra});
  };
  for (const auto& row : timeline.kernels) add(0, row, static_cast<std::int64_t>(row.kind));
  for (const auto& row : timeline.copies) add(1, row, static_cast<std::int64_t>(row.direction));
  for (const auto& row : timeline.calls) add(2, row, row.result);
  for (const auto& row : timeline.syncs) add(3, row, static_cast<std::int64_t>(row.event));
  std::sort(all.begin(), all.end());
  return all;
}

RC_GTEST_PROP(Decode, NoOrderAndNoCutMatters, ()) {
  const std::size_t count = *rc::gen::inRange<std::size_t>(0, 40);
  std::vector<AddTo> records;
  std::vector<std::size_t> straight;
  for (std::size_t i = 0; i < count; ++i) {
    records.push_back(any_record(static_cast<std::uint32_t>(i + 1)));
    straight.push_back(i);
  }
  std::vector<std::size_t> shuffled = straight;
  for (std::size_t i = count; i > 1; --i)
    std::swap(shuffled[i - 1], shuffled[*rc::gen::inRange<std::size_t>(0, i)]);
  const trace::Timeline one = decode_in(records, straight, count + 1);
  const trace::Timeline other = decode_in(records, shuffled, *rc::gen::inRange<std::size_t>(1, 8));

  RC_ASSERT(essence(one) == essence(other));
  RC_ASSERT(one.defects == other.defects);
  RC_ASSERT(one.ranges.size() == other.ranges.size());
  RC_ASSERT(one.streams.size() == other.streams.size());
  const auto& defects = one.defects;
  const std::size_t rows =
      one.gpu_op_count() + one.calls.size() + one.syncs.size() + one.event_records.size() + one.ranges.size();
  const std::size_t unusable =
      defects.zero_timestamps + defects.missing_durations + defects.negative_durations;
  // A copy or call of an unknown kind is a row and a defect; a synchronisation of one is a defect.
  RC_ASSERT(rows + unusable <= count);
  RC_ASSERT(rows + unusable + defects.unknown_records >= count);
}

}  // namespace
}  // namespace offledger::cupti
