// SPDX-License-Identifier: Apache-2.0
//
// Records what CUDA does in this process. No CUPTI type appears here.
//
//     cupti::Collector collector({.level = cupti::Level::kSynchronization});   // before the first CUDA or
//     NVTX call collector.start(); … trace::Timeline timeline = collector.stop();
//
// CUPTI has one subscriber a process: the constructor takes that place or says who has it. Times are CUPTI's,
// on CLOCK_REALTIME, and never replaced by a clock of our own: registering one in mid-run corrupts kernel
// times. Costs a call, by level, and what else goes wrong: docs/recording.md.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "collectors/cupti/capture.hpp"
#include "collectors/cupti/level.hpp"
#include "collectors/trace/timeline.hpp"
#include "schedules/base/units.hpp"

namespace offledger::cupti {

struct Options {
  Level level = Level::kDriver;
  bool nvtx = true;         ///< ranges: steps and units are marked with them
  bool graph_nodes = true;  ///< false: one row a CUDA graph launch, cheap and opaque
  /// Event records with the time at which the stream reached them; adds device work to each.
  bool event_times = false;
  Capture capture{};
  /// For drain(): small buffers, so that little is lost when the process dies.
  bool streaming = false;
  /// False: captures are seen, and nothing else is recorded, at no cost a call.
  bool records = true;
  /// Called as collecting begins and ends, with that time: within the program's own calls, where captures are
  /// theirs, and by start(), pause(), resume() and stop(), perhaps at once. Quick, and throwing nothing.
  std::function<void(bool begins, Nanos at)> on_collecting{};
};

/// What is to be known of a recording beside its records.
struct Report {
  std::uint64_t records = 0;
  std::uint64_t buffers = 0;
  /// Buffers that CUPTI never gave back: another activity client registered itself after us and gets them.
  std::uint64_t lost_buffers = 0;
  /// How far CLOCK_REALTIME was set during the recording; 0 unless someone set it.
  Nanos clock_step{};
  bool synchronized = true;  ///< every context could be waited for before the flush
};

/// Invariant: at most one in a process; records between start() and stop() only.
/// Threads: the program's may all use CUDA meanwhile; a Collector's members are called by one at a time.
/// Decoding runs on a thread of its own.
class Collector {
 public:
  /// Throws Error(kNotMeasured) where another profiler holds CUPTI (with its name), where no driver answers,
  /// or where profiling is forbidden; the message has the fix.
  explicit Collector(Options options = {});
  /// Stops, discards, and detaches.
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  void start();
  /// Gives `write` what is complete by now, each record once, with all tables so far; for
  /// RecordingWriter::append. Waits for no device work. Driver calls inside runtime calls are among the
  /// records: finish_recording() folds them once all have been read back.
  void drain(const std::function<void(const trace::Timeline&)>& write);
  /// Collects nothing until resume(). Cost: about 1 ms each.
  void pause();
  void resume();
  /// Waits for the devices, flushes, and gives the recording since start(), or what drain() has not given of
  /// it, after the same tables. Where records were dropped or lost it is marked incomplete.
  trace::Timeline stop();

  [[nodiscard]] bool recording() const noexcept;
  /// Of the last recording that stop() ended.
  [[nodiscard]] const Report& report() const noexcept;

  /// Takes CUPTI out of the process: left attached, it goes on costing. Afterwards only the destructor may be
  /// called. Returns false where CUPTI refused, and stays attached.
  bool detach();

  /// This instant on the records' clock, since the Unix epoch. A Timeline's zero is its source.clock_origin.
  static Nanos now() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What stop() does to a whole recording, for one that was drained piece by piece and read back.
void finish_recording(trace::Timeline& timeline);

/// "13.0.1 (130001)": of the libcupti that this process has loaded.
std::string library_version();

/// Why nothing can be recorded in this process, or nullopt where it can. Takes the subscriber's place for a
/// moment.
std::optional<std::string> why_unavailable();

/// The native_id that a cudaStream_t of the current context has in recordings (StreamInfo): not
/// cudaStreamGetId's. nullopt where CUPTI does not know the stream.
std::optional<std::uint32_t> stream_id(void* stream);

/// Lets NVTX ranges reach CUPTI: to be called before the program's first NVTX call, of which it has no effect
/// after. The constructor does it too. An injection that the user chose (NVTX_INJECTION64_PATH) stays.
void forward_nvtx();

}  // namespace offledger::cupti
