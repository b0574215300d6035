// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/buffers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace offledger::cupti {
namespace {

TEST(Buffers, ComeZeroedAndAlignedAlsoASecondTime) {
  Buffers buffers;
  buffers.prepare(1, kBufferBytes);
  for (int use = 0; use < 3; ++use) {
    std::size_t size = 0;
    std::uint8_t* data = buffers.request(size);
    ASSERT_NE(data, nullptr);
    EXPECT_EQ(size, kBufferBytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(data) % 8, 0u);
    EXPECT_TRUE(std::all_of(data, data + size, [](std::uint8_t byte) { return byte == 0; }));
    data[0] = data[size - 1] = 1;
    buffers.complete(data, size, 8);
    const auto full = buffers.take();
    ASSERT_TRUE(full);
    EXPECT_EQ(full->data, data);
    EXPECT_EQ(full->valid, 8u);
    buffers.recycle(*full);
  }
  EXPECT_EQ(buffers.completed(), 3u);
}

TEST(Buffers, NeverRunsOutWhileCuptiHoldsThem) {
  Buffers buffers;
  std::vector<std::uint8_t*> held;
  std::size_t size = 0;
  for (int i = 0; i < 4; ++i) held.push_back(buffers.request(size));
  EXPECT_EQ(std::count(held.begin(), held.end(), nullptr), 0);
  EXPECT_EQ(buffers.outstanding(), 4u);
  for (std::uint8_t* data : held) buffers.complete(data, size, 0);
  EXPECT_EQ(buffers.outstanding(), 0u);
}

TEST(Buffers, OfAnotherSizeReplaceTheSpareOnes) {
  Buffers buffers;
  buffers.prepare(2, kBufferBytes);
  std::size_t size = 0;
  std::uint8_t* old = buffers.request(size);
  buffers.prepare(2, kSmallBufferBytes);
  std::uint8_t* now = buffers.request(size);
  EXPECT_EQ(size, kSmallBufferBytes);
  buffers.complete(old, kBufferBytes, 0);
  buffers.complete(now, size, 0);
  buffers.recycle(*buffers.take());
  buffers.recycle(*buffers.take());
  for (int i = 0; i < 3; ++i) {
    std::uint8_t* data = buffers.request(size);
    EXPECT_EQ(size, kSmallBufferBytes);
    buffers.complete(data, size, 0);
  }
}

TEST(Buffers, DrainWaitsForTheDecoderAndCloseEndsIt) {
  Buffers buffers;
  buffers.prepare(2, kSmallBufferBytes);
  std::atomic<int> decoded{0};
  std::thread decoder([&] {
    while (const auto full = buffers.take()) {
      ++decoded;
      buffers.recycle(*full);
    }
  });
  for (int i = 0; i < 5; ++i) {
    std::size_t size = 0;
    std::uint8_t* data = buffers.request(size);
    buffers.complete(data, size, 0);
  }
  buffers.drain();
  EXPECT_EQ(decoded, 5);
  buffers.close();
  decoder.join();
  EXPECT_FALSE(buffers.take());
}

}  // namespace
}  // namespace offledger::cupti
