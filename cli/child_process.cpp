// SPDX-License-Identifier: Apache-2.0
#include "cli/child_process.hpp"

#include <fmt/format.h>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include "schedules/base/error.hpp"

extern char** environ;

namespace offledger::cli {
namespace {

constexpr int kPassedOn[] = {SIGTERM, SIGHUP};
constexpr int kItsOwn[] = {SIGINT, SIGQUIT};

volatile sig_atomic_t child = 0;

void pass_on(int signal) {
  if (child > 0) ::kill(static_cast<pid_t>(child), signal);
}

/// While it lives, signals go to the child. Invariant: one at a time.
class Signals {
 public:
  Signals() {
    for (const int signal : kPassedOn) set(signal, pass_on);
    for (const int signal : kItsOwn) set(signal, SIG_IGN);
  }
  ~Signals() {
    child = 0;
    for (const auto& [signal, action] : before_) ::sigaction(signal, &action, nullptr);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// What the child begins with: what this program was started with.
  [[nodiscard]] sigset_t defaults() const {
    sigset_t set;
    ::sigemptyset(&set);
    for (const auto& [signal, action] : before_) {
      if (action.sa_handler != SIG_IGN) ::sigaddset(&set, signal);
    }
    return set;
  }

 private:
  void set(int signal, void (*handler)(int)) {
    struct sigaction now {
    }, before{};
    now.sa_handler = handler;
    ::sigaction(signal, &now, &before);
    before_.emplace_back(signal, before);
  }
  std::vector<std::pair<int, struct sigaction>> before_;
};

/// This process's environment with the variables set.
std::vector<std::string> environment_with(const Variables& variables) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('='));
    if (std::ranges::none_of(variables, [&](const auto& one) { return one.first == name; }))
      all.emplace_back(text);
  }
  for (const auto& [name, value] : variables) all.push_back(fmt::format("{}={}", name, value));
  return all;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
  list.push_back(nullptr);
  return list;
}

pid_t spawn(const std::vector<std::string>& command, const Variables& variables, const sigset_t& defaults) {
  const std::vector<std::string> environment = environment_with(variables);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  pid_t pid = 0;
  const int failed = ::posix_spawnp(&pid, command.front().c_str(), nullptr, &attributes,
                                    pointers(command).data(), pointers(environment).data());
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    throw Error(ErrorKind::kNotMeasured,
                fmt::format("{}: cannot start: {}", command.front(), std::strerror(failed)));
  }
  return pid;
}

}  // namespace

int run_child(const std::vector<std::string>& command, const Variables& variables, const Started& started) {
  const Signals signals;
  const pid_t pid = spawn(command, variables, signals.defaults());
  child = pid;
  if (started) started(static_cast<std::uint32_t>(pid));
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR)
      throw Error(ErrorKind::kNotMeasured,
                  fmt::format("{}: cannot wait for it: {}", command.front(), std::strerror(errno)));
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace offledger::cli
