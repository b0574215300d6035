// SPDX-License-Identifier: Apache-2.0
//
// CUPTI activity records to a Timeline. CUPTI hands buffers over in no order, so the first pass takes each
// record as it stands, and the second links what lies in different records: a stream's device, a range's
// payload, the runtime call that a copy belongs to when only the driver call inside it carries the copy's id.
//
// It needs no driver: a buffer filled by hand decodes like a recorded one.

#pragma once

#include <cupti.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "collectors/cupti/markers.hpp"
#include "collectors/cupti/rows.hpp"
#include "collectors/trace/timeline.hpp"

namespace offledger::cupti {

/// Cost: some 100 ns a record. Threads: one at a time.
class Decoder {
 public:
  /// `origin`: the instant, on CUPTI's clock (CLOCK_REALTIME), that becomes the Timeline's zero.
  Decoder(std::uint32_t pid, std::int64_t origin);
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// First pass over a buffer as CUPTI completes it. Frees what records own (device names, overhead data) and
  /// clears the pointers to it, so that a second look is harmless.
  void buffer(std::uint8_t* data, std::size_t valid_bytes);
  void record(CUpti_Activity& record);
  void dropped(std::uint64_t records);
  /// A range of our own, on CUPTI's clock: a step of a capture.
  void step(std::uint32_t number, Nanos begin, Nanos end, std::uint32_t thread);

  /// The device of a context, where a callback knows before any record does.
  void context(std::uint32_t context, std::uint32_t device) { rows_.context(context, device); }

  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

  /// Second pass. Call once; the Decoder is empty afterwards. Folds driver calls into the runtime calls
  /// around them.
  trace::Timeline finish();

  /// For a recording that is written while it happens: links what can be linked by now. Returns false where a
  /// stream's device is not known yet, and writing has to wait. Driver calls are not folded:
  /// fold_nested_calls() does it on the whole.
  bool settle();
  [[nodiscard]] const trace::Timeline& settled() const noexcept { return timeline_; }
  /// Drops the records that settled() gave; tables stay.
  void forget_settled();

 private:
  /// Whether [start, end) is usable; counts why not. 0/0 is CUPTI's "not collected".
  bool usable(std::uint64_t start, std::uint64_t end);
  [[nodiscard]] Nanos at(std::uint64_t timestamp) const noexcept;

  void add(const CUpti_ActivityKernel10& kernel);
  void add(const CUpti_ActivityMemcpy6& copy);
  void add(const CUpti_ActivityMemcpyPtoP4& copy);
  void add(const CUpti_ActivityMemset4& memset);
  void add(const CUpti_ActivityGraphTrace2& graph);
  void add(const CUpti_ActivityAPI& call, trace::Api api);
  void add(const CUpti_ActivitySynchronization2& sync);
  void add(const CUpti_ActivityCudaEvent2& event);
  void add(CUpti_ActivityOverhead3& overhead);
  void add(CUpti_ActivityDevice5& device);
  void add(const CUpti_ActivityName& name);
  void link_copies();
  void unknown() noexcept { ++timeline_.defects.unknown_records; }

  trace::Timeline timeline_;
  std::int64_t origin_;
  std::uint64_t records_ = 0;
  Rows rows_;
  Markers markers_;
  std::vector<std::pair<std::size_t, trace::Correlation>> runtime_of_copy_;
};

}  // namespace offledger::cupti
