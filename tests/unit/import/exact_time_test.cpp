// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/kineto/exact_time.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace offledger::importers {
namespace {

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

TEST(ExactTime, KeepsEveryNanosecondAtEpochScale) {
  EXPECT_EQ(nanos_from_micros("1712867402348256.512"), 1'712'867'402'348'256'512);
  EXPECT_EQ(nanos_from_micros("4538557842074.784"), 4'538'557'842'074'784);
  EXPECT_EQ(nanos_from_micros("1712867402348256"), 1'712'867'402'348'256'000);
  EXPECT_EQ(nanos_from_micros("0.001"), 1);
  EXPECT_EQ(nanos_from_micros("0"), 0);
  EXPECT_EQ(nanos_from_micros("-0.5"), -500);
  EXPECT_EQ(nanos_from_micros("7.04"), 7'040);
}

TEST(ExactTime, RoundsWhatIsFinerHalvesAwayFromZero) {
  EXPECT_EQ(nanos_from_micros("1.0005"), 1'001);
  EXPECT_EQ(nanos_from_micros("1.00049999999999999999999999"), 1'000);
  EXPECT_EQ(nanos_from_micros("-1.0005"), -1'001);
  EXPECT_EQ(nanos_from_micros("4538557842074.7841796875"), 4'538'557'842'074'784);
  EXPECT_EQ(nanos_from_micros("0.0000000000000000000000004"), 0);
  EXPECT_EQ(nanos_from_micros("0.99999999999999999999999999"), 1'000);
}

TEST(ExactTime, ReadsExponents) {
  EXPECT_EQ(nanos_from_micros("1.5e3"), 1'500'000);
  EXPECT_EQ(nanos_from_micros("1.712867402348256512e15"), 1'712'867'402'348'256'512);
  EXPECT_EQ(nanos_from_micros("15E-1"), 1'500);
  EXPECT_EQ(nanos_from_micros("12345678901234567890123e-10"), 1'234'567'890'123'457);
  EXPECT_EQ(nanos_from_micros("1e+2"), 100'000);
  EXPECT_EQ(nanos_from_micros("0e99999999999999999999"), 0);
  EXPECT_EQ(nanos_from_micros("1e-99999999999999999999"), 0);
}

TEST(ExactTime, RefusesWhatDoesNotFitAndWhatIsNoNumber) {
  EXPECT_EQ(nanos_from_micros("9223372036854775.807"), kMost);
  EXPECT_EQ(nanos_from_micros("-9223372036854775.807"), -kMost);
  EXPECT_EQ(nanos_from_micros("9223372036854775.808"), std::nullopt);
  for (const char* text :
       {"9223372036854776", "1e300", "1e99999999999999999999", "99999999999999999999999", "", "-", ".5", "1.",
        "1e", "1e+", "1.5x", "0x10", "nan", "inf", "1 2", "+1", "--1", "true"}) {
    EXPECT_EQ(nanos_from_micros(text), std::nullopt) << text;
  }
}

TEST(ExactTime, IntegersAreWholeTokens) {
  EXPECT_EQ(integer_of("-12"), -12);
  EXPECT_EQ(integer_of("9223372036854775807"), kMost);
  for (const char* text : {"", "1.0", "1e3", "9223372036854775808", "12 ", "stream 7"}) {
    EXPECT_EQ(integer_of(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace offledger::importers
