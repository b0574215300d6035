// SPDX-License-Identifier: Apache-2.0

#include "harness/device/sim/profile.hpp"

#include <gtest/gtest.h>

#include "schedules/base/error.hpp"
#include "schedules/base/json.hpp"
#include "schedules/base/scratch_folder.hpp"
#include "tests/unit/sim/round_numbers.hpp"

namespace offledger::sim {
namespace {

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

std::string error_of(const std::string& text) {
  try {
    (void)parse_profile(text, "mine.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(Profile, H200IsShippedAndCalibrated) {
  const Profile profile = find_profile("h200");
  EXPECT_EQ(profile.name, "h200");
  EXPECT_TRUE(profile.calibrated);
  EXPECT_EQ(profile.launch, nanos(3599));
  EXPECT_EQ(profile.event_record, nanos(154));
  EXPECT_EQ(profile.stream_wait, nanos(139));
  EXPECT_EQ(profile.both_directions_bytes_per_s, 99'282'502'108U);
  EXPECT_EQ(Bandwidth(profile.h2d_pinned).plateau(), 55'407'107'902U);
  EXPECT_EQ(profile.hash.size(), 32U);
}

TEST(Profile, IsReadAsItIsWritten) {
  Profile profile = round_profile();
  profile.h2d_pinned = {{10, 2000}, {20, 1'000'000'000}};
  profile.compute["w"] = {{nanos(7), 2, nanos(3)}, {nanos(9), 1}};
  profile.power = PowerLimit{nanos(50), 660};
  const Profile read = parse_profile(to_json(profile), "round.json");
  EXPECT_EQ(to_json(read), to_json(profile));
  EXPECT_EQ(read.h2d_pinned, profile.h2d_pinned);
  EXPECT_EQ(read.compute, profile.compute);
  EXPECT_EQ(read.power, profile.power);
  EXPECT_EQ(read.free, profile.free);
  EXPECT_NE(read.hash, parse_profile(to_json(round_profile()), "round.json").hash);
}

TEST(Profile, ErrorsSayWhereAndWhat) {
  const std::string good = to_json(round_profile());
  const auto expect = [&good](std::string_view what, std::string_view with,
                              const std::vector<std::string>& parts) {
    const std::string message = error_of(replaced(good, what, with));
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  expect("\"launch_queue\": 1024", "\"launch_queue\": 0", {"mine.json:", "launch_queue"});
  expect("\"bytes_per_s\": 1000000000", "\"bytes_per_s\": 0", {"mine.json:", "h2d_pinned[0].bytes_per_s"});
  expect("\"sync_call\": 7", "\"sync_cal\": 7", {"host_ns", "sync_call"});
  expect("\"sync_call\": 7", "\"sync_call\": -7", {"mine.json:", "host_ns.sync_call"});
  expect("\"both_directions_bytes_per_s\": 2000000000", "\"both_directions_bytes_per_s\": 999999999",
         {"both_directions_bytes_per_s", "at least 1000000000"});
  expect("\"launch_queue\"", "\"lunch\": 1, \"launch_queue\"", {"mine.json:", "lunch"});
}

TEST(Profile, ASustainedTimeNeedsAPowerLimitAndIsTheLonger) {
  Profile profile = round_profile();
  profile.compute["w"] = {{nanos(7), 2, nanos(3)}};
  EXPECT_NE(error_of(to_json(profile)).find("expected a \"power\""), std::string::npos);
  profile.power = PowerLimit{nanos(50), 660};
  EXPECT_EQ(error_of(to_json(profile)), "no error");
  const std::string shorter =
      error_of(replaced(to_json(profile), "\"sustained_ns\": 10", "\"sustained_ns\": 6"));
  EXPECT_NE(shorter.find("compute.w[0].sustained_ns"), std::string::npos) << shorter;
  profile.power->from_busy_permille = 1000;
  EXPECT_NE(error_of(to_json(profile)).find("from_busy_permille"), std::string::npos);
}

TEST(Profile, AnEmptyOrUnsortedCurveIsRefused) {
  Profile profile = round_profile();
  profile.d2h_pinned = {};
  EXPECT_NE(error_of(to_json(profile)).find("d2h_pinned"), std::string::npos);
  profile.d2h_pinned = {{10, 5000}, {10, 6000}};
  EXPECT_NE(error_of(to_json(profile)).find("ascending"), std::string::npos);
}

TEST(Profile, AFileThatBearsAShippedNameIsToldApart) {
  const ScratchFolder folder;
  const std::string path = folder.file("mine.json");
  json::write_file_atomically(path, std::string(find_embedded(profile_files(), "h200.json")->text));
  EXPECT_EQ(find_profile(path).name, "h200") << "the same profile";
  Profile mine = find_profile("h200");
  mine.launch_queue += 1;
  json::write_file_atomically(path, to_json(mine));
  const Profile read = find_profile(path);
  EXPECT_EQ(read.name, "h200@" + read.hash.substr(0, 6));
  mine.name = "rack3";
  json::write_file_atomically(path, to_json(mine));
  EXPECT_EQ(find_profile(path).name, "rack3");
}

TEST(Profile, AnUnknownNameSuggestsTheNearest) {
  try {
    (void)find_profile("h20");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("h200"), std::string::npos);
  }
  EXPECT_THROW((void)find_profile("./no-such-profile.json"), Error);
}

}  // namespace
}  // namespace offledger::sim
