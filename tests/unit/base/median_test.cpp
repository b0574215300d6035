// SPDX-License-Identifier: Apache-2.0
#include "schedules/base/median.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "schedules/base/units.hpp"

namespace offledger {
namespace {

TEST(Median, OfAnOddCountIsTheMiddleValue) {
  EXPECT_EQ(median<double>({7}), 7);
  EXPECT_EQ(median<double>({9, 1, 4}), 4);
  EXPECT_EQ(lower_median<double>({9, 1, 4}), 4);
  EXPECT_EQ(median<double>({5, 3, 3, 9, 8}), 5);
}

TEST(Median, OfAnEvenCountIsTheMeanOfTheMiddleTwo) {
  EXPECT_EQ(median<double>({10, 2, 3, 1}), 2.5);
  EXPECT_EQ(median<double>({8, 2}), 5);
}

TEST(Median, TheLowerOneIsAValueThatWasMeasured) {
  EXPECT_EQ(lower_median<double>({10, 2, 3, 1}), 2);
  EXPECT_EQ(lower_median<double>({8, 2}), 2);
  EXPECT_EQ(lower_median<double>({7}), 7);
}

TEST(Median, OfTimesIsATime) {
  EXPECT_EQ(median<Nanos>({Nanos(9), Nanos(2), Nanos(4), Nanos(100)}), Nanos(6));
  EXPECT_EQ(lower_median<Nanos>({Nanos(9), Nanos(2), Nanos(4), Nanos(100)}), Nanos(4));
}

TEST(Median, AnOddCountOfTheLargestNumbersDoesNotOverflow) {
  constexpr double kMost = std::numeric_limits<double>::max();
  EXPECT_EQ(median<double>({kMost}), kMost);
  EXPECT_EQ(median<Nanos>({Nanos::max(), Nanos::max(), Nanos::max()}), Nanos::max());
}

}  // namespace
}  // namespace offledger
