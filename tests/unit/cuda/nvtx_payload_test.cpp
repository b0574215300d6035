// SPDX-License-Identifier: Apache-2.0
#include "collectors/trace/nvtx_payload.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace offledger::trace {
namespace {

TEST(NvtxPayload, FieldsStandWhereTheHeaderSays) {
  EXPECT_EQ(pack({RangeKind::kOp, 2, 3, 1, 4}), 0x3'00002'0003'01'0004ULL);
  EXPECT_EQ(pack({RangeKind::kStep, 7, kNoRow, kNoRow, kNoRow}), 0x1'00007'FFFF'FF'FFFFULL);
}

RC_GTEST_PROP(NvtxPayload, WhatFitsComesBack, ()) {
  const auto row = [](int most) { return *rc::gen::inRange(-1, most); };
  const NvtxPayload payload{static_cast<RangeKind>(*rc::gen::inRange(0, 5)), row(0xFFFFF), row(0xFFFF),
                            row(0xFF), row(0xFFFF)};
  RC_ASSERT(unpack(pack(payload)) == payload);
}

TEST(NvtxPayload, WhatDoesNotFitIsNoneNotAnother) {
  const NvtxPayload packed = unpack(pack({RangeKind::kUnit, 1 << 20, 1 << 16, 256, 1 << 16}));
  EXPECT_EQ(packed, (NvtxPayload{RangeKind::kUnit, kNoRow, kNoRow, kNoRow, kNoRow}));
}

RC_GTEST_PROP(NvtxPayload, AnyBitsUnpack, (std::uint64_t bits)) {
  const NvtxPayload payload = unpack(bits);
  RC_ASSERT(payload.kind <= RangeKind::kHostWork);
  RC_ASSERT(payload.step >= kNoRow && payload.layer >= kNoRow && payload.group_row >= kNoRow &&
            payload.slot >= kNoRow);
}

}  // namespace
}  // namespace offledger::trace
