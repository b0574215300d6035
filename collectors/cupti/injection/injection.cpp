// SPDX-License-Identifier: Apache-2.0
//
// The library that records a program which knows nothing of it. libcuda loads the file that
// CUDA_INJECTION64_PATH names and calls InitializeInjection while the program's first CUDA call is under way;
// NVTX loads the one that NVTX_INJECTION64_PATH names at the first NVTX call, possibly before.
//
// It must never be felt but in time: it prints nothing, throws nothing out, ends nothing, and takes no
// signal. What goes wrong goes into a file beside the recording.
//
//   a process that ends       its recording is closed by an exit handler
//   _exit, SIGKILL, a crash   what was flushed is in the file, which loads as incomplete
//   fork                      the child records nothing, unless it makes its own first CUDA call
//   exec                      the new program records anew, into a second file
#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <cupti.h>

#include "collectors/cupti/capture_notice.hpp"
#include "collectors/cupti/collector.hpp"
#include "collectors/cupti/injection_settings.hpp"
#include "collectors/trace/recording_writer.hpp"

namespace offledger::cupti {
namespace {

using Clock = std::chrono::steady_clock;

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::uint32_t pid() {
  return static_cast<std::uint32_t>(getpid());
}

/// The first path of this process's that no program before an exec has taken.
std::string free_path(const std::string& pattern) {
  constexpr std::uint32_t kMost = 1000;
  std::error_code error;
  for (std::uint32_t n = 1; n < kMost; ++n) {
    const std::string path = output_path(pattern, pid(), n);
    if (!std::filesystem::exists(path, error)) return path;
  }
  return output_path(pattern, pid(), kMost);
}

void tell(const std::string& pattern, const std::string& problem) noexcept {
  try {
    std::ofstream(output_path(pattern, pid(), 1) + ".problem", std::ios::app) << problem << '\n';
  } catch (const std::exception&) {
    // There is nobody left to tell.
  }
}

/// Lives until the process ends. Invariant: only the process that made it uses it; a forked child has a copy
/// that does nothing.
class Injection {
 public:
  explicit Injection(InjectionSettings settings)
      : settings_(std::move(settings)), owner_(pid()), collector_(options()) {
    announcing_ = settings_.delay_ms == 0;
    collector_.start();
    if (settings_.delay_ms > 0) collector_.pause();
    announcing_ = true;
    thread_ = std::thread([this] { run(); });
  }

  /// At exit: gives the file its end.
  void end() noexcept {
    if (pid() != owner_) return;
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
    try {
      write(collector_.stop());
      if (writer_) writer_->close();
      if (collector_.report().lost_buffers > 0) {
        tell(settings_.output,
             "another CUPTI client (a framework's own profiler?) took the activity records in mid-run");
      }
    } catch (const std::exception& error) {
      tell(settings_.output, error.what());
    }
  }

 private:
  /// The collector's, which tells of captures where somebody wants to know.
  Options options() {
    Options options = settings_.options;
    if (settings_.notices.empty()) return options;
    options.on_collecting = [this](bool begins, Nanos at) {
      if (announcing_ && pid() == owner_) give_notice(settings_.notices, begins, at);
    };
    return options;
  }

  void run() noexcept {
    const auto begin = Clock::now();
    const auto delay = std::chrono::milliseconds(settings_.delay_ms);
    const auto duration = std::chrono::milliseconds(settings_.duration_ms);
    bool delayed = settings_.delay_ms > 0;
    bool over = false;
    try {
      while (!wait(std::chrono::milliseconds(settings_.flush_ms))) {
        const auto elapsed = Clock::now() - begin;
        if (delayed && elapsed >= delay) {
          delayed = false;
          collector_.resume();
        }
        if (!over && settings_.duration_ms > 0 && elapsed >= delay + duration) {
          over = true;
          collector_.pause();
        }
        collector_.drain([this](const trace::Timeline& timeline) { write(timeline); });
      }
    } catch (const std::exception& error) {
      collector_.pause();
      tell(settings_.output, error.what());
    }
  }

  /// Returns true where the process ends.
  bool wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [this] { return ending_; });
  }

  void write(const trace::Timeline& timeline) {
    const bool nothing = timeline.gpu_op_count() + timeline.calls.size() + timeline.ranges.size() == 0;
    if (!writer_ && nothing) return;
    if (!writer_) writer_ = std::make_unique<trace::RecordingWriter>(free_path(settings_.output));
    writer_->append(timeline);
  }

  const InjectionSettings settings_;
  const std::uint32_t owner_;
  std::atomic<bool> announcing_{false};
  Collector collector_;
  std::unique_ptr<trace::RecordingWriter> writer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::thread thread_;
};

/// Never destroyed: exit handlers and static destructors of the program come in any order.
Injection* injection = nullptr;
std::uint32_t injected_pid = 0;

void at_exit() {
  if (injection != nullptr) injection->end();
}

}  // namespace
}  // namespace offledger::cupti

/// CUDA's entry. Returns 1, whatever happened: the program goes on.
extern "C" int InitializeInjection() {
  using namespace offledger::cupti;
  if (injected_pid == pid()) return 1;
  injected_pid = pid();
  injection = nullptr;
  try {
    injection = new Injection(read_injection_settings(variable));
    std::atexit(at_exit);
  } catch (const std::exception& error) {
    if (const auto output = variable("OFFLEDGER_INJECT_OUTPUT")) tell(*output, error.what());
  }
  return 1;
}

/// NVTX's entry: passes it on to the libcupti that this process has, which may be the program's own by its
/// soname.
extern "C" int InitializeInjectionNvtx2(void* get_export_table) {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&cuptiGetVersion), &info) == 0 || info.dli_fname == nullptr)
    return 0;
  void* cupti = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  if (cupti == nullptr) return 0;
  using Initialize = int (*)(void*);
  const auto initialize = reinterpret_cast<Initialize>(dlsym(cupti, "InitializeInjectionNvtx2"));
  return initialize == nullptr ? 0 : initialize(get_export_table);
}
