// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "harness/device/sim/profile.hpp"
#include "harness/device/sim/sim_device.hpp"
#include "harness/suite/cuda_devices.hpp"
#include "harness/suite/suite.hpp"
#include "schedules/base/error.hpp"

namespace offledger::suite {
namespace {

constexpr std::string_view kNoiseMark = "+noise=";
constexpr std::string_view kDefaultProfile = "h200";

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

/// "SEED,PERMILLE" or "PERMILLE".
sim::Noise parse_noise(std::string_view text, const std::string& device) {
  const std::size_t comma = text.find(',');
  const auto seed = comma == std::string_view::npos ? std::optional<std::uint64_t>(0)
                                                    : parse_number<std::uint64_t>(text.substr(0, comma));
  const auto permille =
      parse_number<std::uint32_t>(comma == std::string_view::npos ? text : text.substr(comma + 1));
  if (!seed || !permille || *permille == 0 || *permille > 999) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format(
            "device '{}': expected +noise=SEED,PERMILLE with a whole seed and 1 to 999 thousandths, as "
            "in sim:h200+noise=7,20; found '{}'",
            device, text));
  }
  return {*seed, *permille};
}

DeviceMaker sim_devices(std::string_view argument, const std::string& device) {
  sim::Noise noise;
  const std::size_t mark = argument.rfind(kNoiseMark);
  if (mark != std::string_view::npos) {
    noise = parse_noise(argument.substr(mark + kNoiseMark.size()), device);
    argument = argument.substr(0, mark);
  }
  const sim::Profile profile = sim::find_profile(std::string(argument.empty() ? kDefaultProfile : argument));
  return [profile, noise](std::uint32_t rep) {
    // Far apart, so that no two repetitions of neighbouring seeds draw the same numbers.
    const sim::Noise own{noise.seed * 0x9E3779B97F4A7C15U + rep * 0xD1B54A32D192ED03U, noise.permille};
    return sim::make_device(profile, own);
  };
}

}  // namespace

std::optional<std::uint32_t> cuda_ordinal(std::string_view name) {
  if (name == "cuda") return 0;
  return name.starts_with("cuda:") ? parse_number<std::uint32_t>(name.substr(5)) : std::nullopt;
}

device::Identity identify(const std::string& name) {
  const auto ordinal = cuda_ordinal(name);
  return ordinal ? cuda_identity(*ordinal) : find_device(name)(0)->identity();
}

DeviceMaker find_device(const std::string& name) {
  const std::string_view view = name;
  if (view == "sim" || view.starts_with("sim:"))
    return sim_devices(view.substr(std::min<std::size_t>(4, view.size())), name);
  if (view.starts_with("sim+noise=")) return sim_devices(view.substr(3), name);
  if (const auto ordinal = cuda_ordinal(view)) return cuda_devices(*ordinal);
  throw Error(
      ErrorKind::kUsage,
      fmt::format("no device '{}'{}. Devices are sim, sim:PROFILE, sim:PROFILE+noise=SEED,PERMILLE, cuda and "
                  "cuda:N",
                  name, suggest(view.substr(0, view.find(':')), {"sim", "cuda"})));
}

}  // namespace offledger::suite
