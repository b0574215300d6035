// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/injection_settings.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "schedules/base/error.hpp"

namespace offledger::cupti {
namespace {

constexpr const char* kOutput = "OFFLEDGER_INJECT_OUTPUT";
constexpr const char* kLevel = "OFFLEDGER_INJECT_LEVEL";
constexpr const char* kCapture = "OFFLEDGER_INJECT_CAPTURE";
constexpr const char* kDelay = "OFFLEDGER_INJECT_DELAY_MS";
constexpr const char* kDuration = "OFFLEDGER_INJECT_DURATION_MS";
constexpr const char* kGraphs = "OFFLEDGER_INJECT_GRAPHS";
constexpr const char* kFlush = "OFFLEDGER_INJECT_FLUSH_MS";
constexpr const char* kRecords = "OFFLEDGER_INJECT_RECORDS";
constexpr const char* kNotices = "OFFLEDGER_INJECT_NOTICES";

Error wrong(const char* variable, const std::string& value, const char* expected) {
  return Error(ErrorKind::kUsage, fmt::format("{}: expected {}, found '{}'", variable, expected, value));
}

std::uint32_t milliseconds(const Environment& environment, const char* variable, std::uint32_t fallback,
                           std::uint32_t least) {
  const auto text = environment(variable);
  if (!text) return fallback;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < least) {
    throw wrong(variable, *text, least == 0 ? "milliseconds" : "milliseconds, at least 1");
  }
  return value;
}

std::string spell(const Capture& capture) {
  switch (capture.by) {
    case Capture::By::kProfilerApi: return "cudaProfilerApi";
    case Capture::By::kRange: return "nvtx:" + capture.range;
    default: return "all";
  }
}

}  // namespace

InjectionSettings read_injection_settings(const Environment& environment) {
  InjectionSettings settings;
  settings.options.streaming = true;
  const auto output = environment(kOutput);
  if (!output || output->empty()) throw wrong(kOutput, "", "a path, with %p for the process's id");
  settings.output = *output;
  if (const auto text = environment(kLevel)) {
    const auto level = level_of(*text);
    if (!level) throw wrong(kLevel, *text, "operations, runtime, sync or driver");
    settings.options.level = *level;
  }
  if (const auto text = environment(kCapture)) {
    const auto capture = parse_capture(*text);
    if (!capture) throw wrong(kCapture, *text, "all, cudaProfilerApi or nvtx:NAME");
    settings.options.capture = *capture;
  }
  if (const auto text = environment(kGraphs)) {
    if (*text != "nodes" && *text != "whole") throw wrong(kGraphs, *text, "nodes or whole");
    settings.options.graph_nodes = *text == "nodes";
  }
  if (const auto text = environment(kRecords)) {
    if (*text != "yes" && *text != "no") throw wrong(kRecords, *text, "yes or no");
    settings.options.records = *text == "yes";
  }
  settings.notices = environment(kNotices).value_or("");
  settings.delay_ms = milliseconds(environment, kDelay, 0, 0);
  settings.duration_ms = milliseconds(environment, kDuration, 0, 0);
  settings.flush_ms = milliseconds(environment, kFlush, settings.flush_ms, 1);
  return settings;
}

std::vector<std::pair<std::string, std::string>> injection_environment(const InjectionSettings& settings,
                                                                       const std::string& library) {
  return {{"CUDA_INJECTION64_PATH", library},
          {"NVTX_INJECTION64_PATH", library},
          {kOutput, settings.output},
          {kLevel, std::string(name_of(settings.options.level))},
          {kCapture, spell(settings.options.capture)},
          {kDelay, std::to_string(settings.delay_ms)},
          {kDuration, std::to_string(settings.duration_ms)},
          {kGraphs, settings.options.graph_nodes ? "nodes" : "whole"},
          {kFlush, std::to_string(settings.flush_ms)},
          {kRecords, settings.options.records ? "yes" : "no"},
          {kNotices, settings.notices}};
}

std::optional<std::string> injection_library() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return std::nullopt;
  // Beside the program, or in the lib beside its bin: bundles and builds, and installations.
  for (const char* place : {".", "../lib", "../lib/offledger"}) {
    const auto path = (program.parent_path() / place / "liboffledger_inject.so").lexically_normal();
    if (std::filesystem::exists(path, error)) return path.string();
  }
  return std::nullopt;
}

std::string output_path(const std::string& pattern, std::uint32_t pid, std::uint32_t n) {
  std::string path = pattern;
  const std::size_t at = path.find("%p");
  if (at != std::string::npos) path.replace(at, 2, std::to_string(pid));
  if (n <= 1) return path;
  const std::filesystem::path whole(path);
  return (whole.parent_path() / fmt::format("{}-{}{}", whole.stem().string(), n, whole.extension().string()))
      .string();
}

}  // namespace offledger::cupti
