// SPDX-License-Identifier: Apache-2.0
#include "harness/suite/sitting.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <utility>

#include "collectors/trace/recording_file.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/json.hpp"
#include "schedules/base/scratch_folder.hpp"

extern char** environ;

namespace offledger::suite {
namespace {

namespace fs = std::filesystem;
using Mode = device::CounterRequest::Mode;

constexpr std::array<std::pair<std::string_view, Mode>, 3> kCounterModes{
    {{"beside", Mode::kBeside}, {"front-end", Mode::kFrontEnd}, {"only", Mode::kOnly}}};

/// SplitMix64 (Steele, Lea, Flood 2014): the order must not depend on a standard library.
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

/// Starts the program with its stderr in `log`, and gives its pid and wait status.
std::pair<pid_t, int> run_program(const std::string& program, const std::vector<std::string>& arguments,
                                  const std::string& log, const std::function<void(std::uint32_t)>& started) {
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  pid_t pid = 0;
  const int failed = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    throw Error(ErrorKind::kNotMeasured, fmt::format("{}: cannot start: {}", program, std::strerror(failed)));
  }
  if (started) started(static_cast<std::uint32_t>(pid));
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return {pid, status};
}

/// The child's last words, without the program's name in front.
std::string last_words(const std::string& log) {
  std::string text = json::read_file(log);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  text = text.substr(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  constexpr std::string_view kPrefix = "offledger: ";
  return text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text;
}

}  // namespace

std::vector<Turn> order_turns(std::size_t cells, std::uint32_t reps, std::uint64_t seed) {
  std::vector<Turn> turns;
  turns.reserve(cells * reps);
  for (std::uint32_t number = 0; number < reps; ++number) {
    const std::size_t first = turns.size();
    for (std::uint32_t cell = 0; cell < cells; ++cell) turns.push_back({cell, number});
    for (std::size_t left = cells; left > 1; --left) {
      std::swap(turns[first + left - 1], turns[first + next_random(seed) % left]);
    }
  }
  return turns;
}

std::optional<Mode> counter_mode(std::string_view name) noexcept {
  for (const auto& [spelled, mode] : kCounterModes) {
    if (spelled == name) return mode;
  }
  return std::nullopt;
}

std::vector<std::string> child_arguments(const Case& what, const std::string& device,
                                         const std::string& output, const device::CounterRequest& counters) {
  std::vector<std::string> all{"play",     "--schedule", what.schedule, "--workload", what.workload,
                               "--device", device,       "-o",          output};
  for (const auto& [spelled, mode] : kCounterModes) {
    if (mode != counters.mode) continue;
    all.insert(all.end(), {"--counters", std::string(spelled), "--counters-us",
                           fmt::format("{}", counters.interval.count() / 1000)});
  }
  return all;
}

Played play_in_child(const std::string& program, const Case& what, const std::string& device,
                     const device::CounterRequest& counters,
                     const std::function<void(std::uint32_t)>& started) {
  const ScratchFolder scratch;
  const std::string output = scratch.file("recording.oflg");
  const std::string log = scratch.file("stderr");
  const auto [pid, status] =
      run_program(program, child_arguments(what, device, output, counters), log, started);
  const std::string cell = what.schedule + " / " + what.workload;
  if (WIFSIGNALED(status)) {
    throw Error(ErrorKind::kNotMeasured,
                fmt::format("{} on {}: the repetition's process was ended by signal {} ({})", cell, device,
                            WTERMSIG(status), strsignal(WTERMSIG(status))));
  }
  if (WEXITSTATUS(status) != 0) {
    throw Error(WEXITSTATUS(status) == 2 ? ErrorKind::kUsage : ErrorKind::kNotMeasured,
                fmt::format("{} on {}: {}", cell, device, last_words(log)));
  }
  return {trace::load(output), static_cast<std::uint32_t>(pid)};
}

}  // namespace offledger::suite
