// SPDX-License-Identifier: Apache-2.0
#include "cli/environment_watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "collectors/host/findings.hpp"
#include "collectors/host/processes.hpp"
#include "collectors/nvml/monitor.hpp"

namespace offledger::cli {
namespace {

/// Often enough that a repetition of a second has one with copies running; a sample takes some ms of one
/// core.
constexpr auto kEvery = std::chrono::milliseconds(250);

void add(std::vector<history::EnvSample>& samples, const std::string& moment, const host::Environment& e) {
  const auto put = [&](const char* name, const auto& reading) {
    if (reading) samples.push_back({moment, name, static_cast<double>(*reading)});
  };
  put("gpu.sm_mhz", e.gpu.sm_mhz);
  put("gpu.memory_mhz", e.gpu.memory_mhz);
  put("gpu.clock_reasons", e.gpu.clock_reasons);
  put("gpu.celsius", e.gpu.celsius);
  put("gpu.milliwatts", e.gpu.milliwatts);
  put("gpu.pcie_replays", e.gpu.pcie_replays);
  put("gpu.memory_used_bytes", e.gpu.memory_used);
  put("host.load", e.host.load);
  put("host.memory_available_bytes", e.host.memory_available);
  if (e.gpu.pcie) {
    samples.push_back({moment, "gpu.pcie_generation", static_cast<double>(e.gpu.pcie->generation)});
    samples.push_back({moment, "gpu.pcie_width", static_cast<double>(e.gpu.pcie->width)});
  }
  if (e.gpu.processes)
    samples.push_back({moment, "gpu.processes", static_cast<double>(e.gpu.processes->size())});
}

}  // namespace

struct EnvironmentWatch::State {
  nvml::Monitor monitor;
  std::string pci;
  std::vector<host::Environment> samples;  ///< of this repetition; the thread's own while it runs
  std::vector<std::uint32_t> own;
  std::mutex mutex;
  std::condition_variable changed;
  bool ending = false;
  std::thread thread;

  void sample() {
    const host::Environment& now = samples.emplace_back(host::sample_environment(monitor, pci));
    if (!now.gpu.processes) return;
    for (const nvml::GpuProcess& process : *now.gpu.processes) {
      if (std::ranges::find(own, process.pid) == own.end() && host::descends_from(process.pid, own))
        own.push_back(process.pid);
    }
  }
  void run() {
    std::unique_lock lock(mutex);
    while (!changed.wait_for(lock, kEvery, [this] { return ending; })) sample();
  }
  void end() {
    if (!thread.joinable()) return;
    {
      const std::lock_guard lock(mutex);
      ending = true;
    }
    changed.notify_all();
    thread.join();
  }
};

EnvironmentWatch::EnvironmentWatch(const std::string& pci) : state_(std::make_unique<State>()) {
  state_->pci = pci;
}

EnvironmentWatch::~EnvironmentWatch() {
  state_->end();
}

std::vector<history::FindingRow> EnvironmentWatch::around(const std::string& name,
                                                          std::vector<history::EnvSample>& samples,
                                                          const std::function<void(const Started&)>& work) {
  state_->end();
  state_->samples.clear();
  state_->own = {static_cast<std::uint32_t>(::getpid())};
  state_->ending = false;
  state_->sample();
  work([state = state_.get()](std::uint32_t process) {
    state->own.push_back(process);
    state->thread = std::thread([state] { state->run(); });
  });
  state_->end();
  state_->sample();
  const std::vector<host::Environment>& all = state_->samples;
  add(samples, name + " before", all.front());
  if (all.size() > 2) add(samples, name + " during", all[all.size() - 2]);
  add(samples, name + " after", all.back());
  std::vector<history::FindingRow> rows;
  for (const host::EnvironmentFinding& finding : host::findings(all, state_->own)) {
    rows.push_back({finding.id, finding.detail, finding.disqualifies});
  }
  return rows;
}

history::Environment EnvironmentWatch::environment() const {
  const host::Environment now = host::sample_environment(state_->monitor, state_->pci);
  history::Environment found;
  found.instance = now.gpu.uuid.value_or("");
  found.driver = now.driver.driver.value_or("");
  if (now.driver.cuda)
    found.cuda = std::to_string(*now.driver.cuda / 1000) + "." + std::to_string(*now.driver.cuda % 1000 / 10);
  found.kernel = now.host.kernel.value_or("");
  return found;
}

}  // namespace offledger::cli
