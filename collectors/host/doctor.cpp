// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/doctor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>

#include "collectors/host/findings.hpp"
#include "collectors/nvml/monitor.hpp"

namespace offledger::host {
namespace {

using enum CheckState;

std::string cuda_name(std::uint32_t version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

Check gpu(const Facts& facts) {
  if (!facts.gpu_problem.empty()) {
    return {"GPU", kAbsent, facts.gpu_problem,
            "run on sim:h200, which needs none, or install the NVIDIA driver"};
  }
  const nvml::GpuSample& sample = facts.environment.gpu;
  return {"GPU", kOk,
          fmt::format("{} of {}: {}, {} GiB", facts.gpus == 1 ? "the one" : "the first", facts.gpus,
                      sample.name.value_or("a GPU without a name"), sample.memory_total.value_or(0) >> 30),
          ""};
}

Check driver(const Facts& facts) {
  const auto& driver = facts.environment.driver;
  if (!driver.driver) return {"driver", kAbsent, driver.driver.why(), ""};
  if (!driver.cuda) return {"driver", kAbsent, driver.cuda.why(), ""};
  const std::string found = fmt::format("{}, up to CUDA {}", *driver.driver, cuda_name(*driver.cuda));
  if (!facts.cuda_built) return {"driver", kOk, found, ""};
  // A driver runs programs of any minor release of its major version, and of older ones.
  if (*driver.cuda / 1000 < *facts.cuda_built / 1000) {
    return {"driver", kFail,
            fmt::format("{}; this program needs CUDA {}", found, cuda_name(*facts.cuda_built)),
            "install a driver for CUDA " + cuda_name(*facts.cuda_built / 1000 * 1000) + " or newer"};
  }
  return {"driver", kOk, found, ""};
}

Check toolkit(const Facts& facts) {
  if (facts.cuda_built) return {"CUDA build", kOk, "built with CUDA " + cuda_name(*facts.cuda_built), ""};
  return {
      "CUDA build", kAbsent, "built without CUDA: only the simulated device and imports",
      "install the CUDA toolkit (nvcc), set CUDA_HOME where it is not in /usr/local/cuda, and build again"};
}

Check cupti(const Facts& facts) {
  if (!facts.cupti_version)
    return {"CUPTI", kAbsent, "built without CUPTI: nothing can be recorded here", ""};
  if (!facts.gpu_problem.empty()) return {"CUPTI", kAbsent, *facts.cupti_version + "; no GPU to record", ""};
  if (facts.cupti_problem) return {"CUPTI", kFail, *facts.cupti_version + ": " + *facts.cupti_problem, ""};
  return {"CUPTI", kOk, *facts.cupti_version, ""};
}

Check permission(const Facts& facts) {
  constexpr const char* kName = "counter permission";
  if (!facts.nvidia_params) return {kName, kAbsent, "/proc/driver/nvidia/params is not there", ""};
  const auto restricted = parse_field(*facts.nvidia_params, "RmProfilingAdminOnly");
  if (!restricted) return {kName, kAbsent, "the driver does not say who may read counters", ""};
  if (*restricted == "0") return {kName, kOk, "every user may read hardware counters", ""};
  if (facts.effective_user == 0)
    return {kName, kOk, "only administrators may read counters, and this is one", ""};
  return {kName, kWarn, "only administrators may read hardware counters: runs go by activity records alone",
          "echo 'options nvidia NVreg_RestrictProfilingToAdminUsers=0' | sudo tee "
          "/etc/modprobe.d/nvidia-profiling.conf "
          "&& sudo update-initramfs -u && sudo reboot"};
}

Check memlock(const Facts& facts) {
  const auto& limit = facts.environment.host.memlock;
  if (!limit) return {"locked memory", kAbsent, limit.why(), ""};
  if (*limit == kUnlimited) return {"locked memory", kOk, "unlimited", ""};
  const std::string found = fmt::format("{} MiB may be locked", *limit >> 20);
  // CUDA's own pinned allocations go through its driver and are not counted; mlock and io_uring are.
  if (facts.pinned_wanted <= *limit) return {"locked memory", kOk, found, ""};
  return {"locked memory", kWarn,
          fmt::format("{}, and this run locks {} MiB", found, facts.pinned_wanted >> 20),
          "ulimit -l unlimited (or LimitMEMLOCK=infinity, or docker run --ulimit memlock=-1)"};
}

Check link(const Facts& facts) {
  const auto& [now, most] = std::pair(facts.environment.gpu.pcie, facts.environment.gpu.pcie_max);
  if (!now || !most) return {"PCIe link", kAbsent, now ? most.why() : now.why(), ""};
  const std::string found = fmt::format("{} now, {} at most", nvml::to_string(*now), nvml::to_string(*most));
  if (now->width < most->width) {
    return {"PCIe link", kWarn, found, "reseat the board or move it to a slot with all its lanes"};
  }
  // A low generation at rest saves power; `run` looks again while copies run.
  return {"PCIe link", kOk, found, ""};
}

Check processes(const Facts& facts) {
  const auto& processes = facts.environment.gpu.processes;
  if (!processes) return {"other processes", kAbsent, processes.why(), ""};
  if (processes->empty()) return {"other processes", kOk, "none on this GPU", ""};
  const auto largest = std::max_element(processes->begin(), processes->end(),
                                        [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
  return {"other processes", kWarn,
          fmt::format("{} on this GPU; process {} has {} MiB", processes->size(), largest->pid,
                      largest->bytes >> 20),
          "measure on a GPU of your own: CUDA_VISIBLE_DEVICES chooses one"};
}

Check clocks(const Facts& facts) {
  const auto& reasons = facts.environment.gpu.clock_reasons;
  if (!reasons) return {"clocks", kAbsent, reasons.why(), ""};
  const std::uint64_t bad = *reasons & thresholds::kDisqualifyingClockReasons;
  if (bad == 0) return {"clocks", kOk, nvml::describe_reasons(*reasons), ""};
  return {"clocks", kWarn, "held down by " + nvml::describe_reasons(bad),
          "let it cool; look at fans, airflow and power supply"};
}

Check governor(const Facts& facts) {
  const auto& governor = facts.environment.host.governor;
  if (!governor) return {"CPU governor", kAbsent, governor.why(), ""};
  if (*governor == "performance") return {"CPU governor", kOk, *governor, ""};
  return {"CPU governor", kWarn, *governor + ": launch costs vary with the clock",
          "sudo cpupower frequency-set -g performance"};
}

Check numa(const Facts& facts) {
  const auto& node = facts.environment.gpu_node;
  if (!node) return {"NUMA", kAbsent, node.why(), ""};
  const auto& cpus = facts.environment.cpu_nodes;
  const bool near = std::find(cpus.begin(), cpus.end(), *node) != cpus.end();
  if (near && cpus.size() == 1) return {"NUMA", kOk, fmt::format("GPU and CPUs on node {}", *node), ""};
  return {"NUMA", kWarn,
          fmt::format("the GPU is on node {}; this process may run on {}", *node,
                      near ? "that and others" : "none of its CPUs"),
          fmt::format("numactl --cpunodebind={} --membind={} offledger …", *node, *node)};
}

}  // namespace

std::string_view name_of(CheckState state) noexcept {
  constexpr std::string_view kNames[] = {"ok", "warn", "fail", "absent"};
  return kNames[static_cast<std::size_t>(state)];
}

Facts gather(const nvml::Monitor& monitor, const std::string& root) {
  Facts facts;
  facts.environment = sample_environment(monitor, "", nullptr, root);
  facts.gpu_problem = monitor.problem();
  facts.gpus = monitor.count();
  facts.nvidia_params = read_text(root + "/proc/driver/nvidia/params");
  facts.effective_user = geteuid();
  return facts;
}

std::vector<Check> doctor(const Facts& facts) {
  std::vector<Check> checks{gpu(facts), driver(facts), toolkit(facts), cupti(facts)};
  for (Check& check : checks) check.needed = true;
  for (const auto& check : {permission, memlock, link, processes, clocks, governor, numa})
    checks.push_back(check(facts));
  return checks;
}

std::string verdict(const std::vector<Check>& checks) {
  const auto names = [&](CheckState state, bool needed) {
    std::vector<std::string_view> found;
    for (const Check& check : checks) {
      if (check.state == state && check.needed == needed) found.push_back(check.name);
    }
    return fmt::format("{}", fmt::join(found, ", "));
  };
  if (const std::string broken = names(kFail, true); !broken.empty())
    return fmt::format("Nothing can be measured on a GPU here until this is mended: {}.", broken);
  if (!names(kAbsent, true).empty())
    return "No figures of a GPU can be taken here; simulated devices and traces work.";
  const std::string doubtful = names(kWarn, false), untold = names(kAbsent, false);
  return fmt::format("{}{}",
                     doubtful.empty()
                         ? "Figures from this machine can be trusted."
                         : fmt::format("Figures can be taken here; these may make them worse: {}.", doubtful),
                     untold.empty() ? "" : fmt::format(" The machine does not tell: {}.", untold));
}

}  // namespace offledger::host
