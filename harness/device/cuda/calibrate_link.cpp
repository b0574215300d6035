// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "harness/device/cuda/calibrate.hpp"
#include "harness/device/cuda/device_state.hpp"
#include "harness/device/cuda/timing.hpp"

namespace offledger::cuda {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kPinnedSizes[] = {64 << 10,  256 << 10, kMiB,      4 * kMiB,
                                          16 * kMiB, 64 * kMiB, 256 * kMiB};
constexpr std::uint64_t kPageableSizes[] = {64 << 10, kMiB, 16 * kMiB, 64 * kMiB, 128 * kMiB, 256 * kMiB};
constexpr std::uint64_t kLargest = 256 * kMiB;
constexpr int kLinkRepeats = 7;

struct Link {
  Link() : device(2 * kLargest), pinned(plan::Source::kPinned, 2 * kLargest), up(0), down(0) {}
  model::cuda::DeviceMemory device;
  HostBlock pinned;
  Stream up, down;
};

/// Enqueues `copies` copies of `bytes`, each of other bytes than the one before.
void enqueue(const Link& link, std::uint64_t bytes, std::uint64_t copies, cudaMemcpyKind kind,
             cudaStream_t stream) {
  const std::uint64_t half = kind == cudaMemcpyHostToDevice ? 0 : kLargest, places = kLargest / bytes;
  for (std::uint64_t i = 0; i < copies; ++i) {
    std::byte* const on_device = link.device.data() + half + i % places * bytes;
    std::byte* const on_host = link.pinned.data() + half + i % places * bytes;
    const bool up = kind == cudaMemcpyHostToDevice;
    OFFLEDGER_CUDA(cudaMemcpyAsync(up ? on_device : on_host, up ? on_host : on_device, bytes, kind, stream));
  }
}

/// Enough copies that starting the first is lost in the sum, few enough to fit a queue.
std::uint64_t copies_of(std::uint64_t bytes) {
  return std::clamp<std::uint64_t>(512 * kMiB / bytes, 4, 256);
}

std::vector<sim::BandwidthPoint> curve(const Link& link, cudaMemcpyKind kind, cudaStream_t stream) {
  std::vector<sim::BandwidthPoint> points;
  for (const std::uint64_t bytes : kPinnedSizes) {
    const std::uint64_t copies = copies_of(bytes);
    std::vector<Nanos> times;
    for (int i = 0; i < kLinkRepeats; ++i) {
      times.push_back(device_time(stream, [&] { enqueue(link, bytes, copies, kind, stream); }));
    }
    points.push_back({bytes, rate(bytes * copies, median(times))});
  }
  return points;
}

/// Bytes of both directions over the time from the first copy's start to the last one's end.
std::uint64_t both_directions(const Link& link) {
  constexpr std::uint64_t kCopies = 8;
  std::vector<Nanos> times;
  for (int i = 0; i < kLinkRepeats; ++i) {
    TimedEvent begin, end;
    begin.record(link.up.get());
    OFFLEDGER_CUDA(cudaStreamWaitEvent(link.down.get(), begin.get(), cudaEventWaitDefault));
    enqueue(link, kLargest, kCopies, cudaMemcpyHostToDevice, link.up.get());
    enqueue(link, kLargest, kCopies, cudaMemcpyDeviceToHost, link.down.get());
    TimedEvent down_end;
    down_end.record(link.down.get());
    OFFLEDGER_CUDA(cudaStreamWaitEvent(link.up.get(), down_end.get(), cudaEventWaitDefault));
    end.record(link.up.get());
    end.wait();
    times.push_back(end.since(begin));
  }
  return rate(2 * kCopies * kLargest, median(times));
}

/// By the host's clock: the copy is staged by the calling thread.
void measure_pageable(const Link& link, LinkFigures& figures) {
  HostBlock source(plan::Source::kPageable, kLargest);
  Nanos blocked{}, all{};
  for (const std::uint64_t bytes : kPageableSizes) {
    std::vector<Nanos> times;
    for (int i = 0; i < kLinkRepeats; ++i) {
      const Nanos begin = host_now();
      OFFLEDGER_CUDA(
          cudaMemcpyAsync(link.device.data(), source.data(), bytes, cudaMemcpyHostToDevice, link.up.get()));
      const Nanos returned = host_now();
      OFFLEDGER_CUDA(cudaStreamSynchronize(link.up.get()));
      const Nanos end = host_now();
      times.push_back(end - begin);
      if (bytes >= kMiB) {
        blocked += returned - begin;
        all += end - begin;
      }
    }
    figures.h2d_pageable.push_back({bytes, rate(bytes, median(times))});
  }
  figures.pageable_blocked_share = static_cast<double>(blocked.count()) / static_cast<double>(all.count());
}

}  // namespace

LinkFigures measure_link() {
  Link link;
  LinkFigures figures;
  enqueue(link, kLargest, 4, cudaMemcpyHostToDevice,
          link.up.get());  // wakes the link from its power-saving state
  OFFLEDGER_CUDA(cudaStreamSynchronize(link.up.get()));
  figures.h2d_pinned = curve(link, cudaMemcpyHostToDevice, link.up.get());
  figures.d2h_pinned = curve(link, cudaMemcpyDeviceToHost, link.down.get());
  figures.both_directions_bytes_per_s = both_directions(link);
  measure_pageable(link, figures);
  return figures;
}

}  // namespace offledger::cuda
