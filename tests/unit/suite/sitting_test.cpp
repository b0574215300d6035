// SPDX-License-Identifier: Apache-2.0
#include "harness/suite/sitting.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace offledger::suite {
namespace {

TEST(OrderTurns, EveryRepetitionOnceAndRoundByRound) {
  const auto turns = order_turns(5, 4, 42);
  ASSERT_EQ(turns.size(), 20U);
  std::map<std::uint32_t, int> per_cell;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    EXPECT_EQ(turns[i].number, i / 5);
    ++per_cell[turns[i].cell];
  }
  for (const auto& [cell, count] : per_cell) EXPECT_EQ(count, 4) << cell;
}

TEST(OrderTurns, TheSeedDecidesTheOrder) {
  const auto cells = [](std::uint64_t seed) {
    std::vector<std::uint32_t> order;
    for (const Turn& turn : order_turns(6, 2, seed)) order.push_back(turn.cell);
    return order;
  };
  EXPECT_EQ(cells(7), cells(7));
  EXPECT_NE(cells(7), cells(8));
  EXPECT_EQ(cells(1), (std::vector<std::uint32_t>{0, 1, 3, 2, 4, 5, 3, 5, 4, 1, 0, 2}));
}

/// A shell script that stands for the program.
class Child : public testing::Test {
 protected:
  std::string script(const std::string& body) {
    const auto path =
        std::filesystem::temp_directory_path() / ("offledger-child-" + std::to_string(::getpid()));
    std::ofstream(path) << "#!/bin/sh\n" << body << '\n';
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    path_ = path;
    return path;
  }
  void TearDown() override { std::filesystem::remove(path_); }
  std::string message_of(const std::string& body) {
    try {
      (void)play_in_child(script(body), {"history1", "tiny"}, "cuda");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  std::filesystem::path path_;
};

TEST_F(Child, ItsLastWordsAreTheError) {
  EXPECT_EQ(message_of("echo noise >&2; echo 'offledger: no GPU here' >&2; exit 4"),
            "history1 / tiny on cuda: no GPU here");
}

TEST_F(Child, ASignalIsNamed) {
  EXPECT_EQ(message_of("kill -9 $$"),
            "history1 / tiny on cuda: the repetition's process was ended by signal 9 (Killed)");
}

TEST_F(Child, AChildThatWritesNothingIsAnError) {
  EXPECT_NE(message_of("exit 0"), "");
}

TEST_F(Child, AProgramThatCannotStartIsAnError) {
  EXPECT_THROW((void)play_in_child("/nonexistent", {"a", "b"}, "cuda"), Error);
}

TEST(ChildArguments, AskForTheCountersThatTheRunAsksFor) {
  using Arguments = std::vector<std::string>;
  const Case one{"history1", "tiny"};
  const Arguments plain = child_arguments(one, "cuda", "x.oflg");
  EXPECT_EQ(plain, (Arguments{"play", "--schedule", "history1", "--workload", "tiny", "--device", "cuda",
                              "-o", "x.oflg"}));
  for (const char* name : {"beside", "front-end", "only"}) {
    const auto mode = counter_mode(name);
    ASSERT_TRUE(mode.has_value());
    Arguments expected = plain;
    expected.insert(expected.end(), {"--counters", name, "--counters-us", "50"});
    EXPECT_EQ(child_arguments(one, "cuda", "x.oflg", {*mode, nanos(50'000)}), expected);
  }
  EXPECT_FALSE(counter_mode("").has_value());
  EXPECT_FALSE(counter_mode("sideways").has_value());
}

}  // namespace
}  // namespace offledger::suite
