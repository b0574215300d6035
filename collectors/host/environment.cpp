// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/environment.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "collectors/nvml/monitor.hpp"

namespace offledger::host {
namespace {

std::vector<std::uint32_t> nodes_of(const Reading<std::vector<std::uint32_t>>& cpus,
                                    const std::string& root) {
  std::vector<std::uint32_t> nodes;
  if (!cpus) return nodes;
  for (const std::uint32_t cpu : *cpus) {
    const auto node = numa_node_of_cpu(cpu, root);
    if (node && std::find(nodes.begin(), nodes.end(), *node) == nodes.end()) nodes.push_back(*node);
  }
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

class Table {
 public:
  template <typename T>
  void add(const char* name, const Reading<T>& reading) {
    add(name, reading, [](const T& value) { return fmt::format("{}", value); });
  }
  template <typename T, typename Show>
  void add(const char* name, const Reading<T>& reading, Show show) {
    rows_.push_back({name, reading ? std::string(show(*reading)) : std::string(), reading.why()});
  }
  std::vector<EnvironmentRow> take() { return std::move(rows_); }

 private:
  std::vector<EnvironmentRow> rows_;
};

void add_host(Table& table, const HostSample& host) {
  table.add("host.cpu", host.cpu, [](const CpuInfo& cpu) { return cpu.model; });
  table.add("host.cores", host.cpu, [](const CpuInfo& cpu) { return fmt::format("{}", cpu.cores); });
  table.add("host.kernel", host.kernel);
  table.add("host.governor", host.governor);
  table.add("host.load", host.load, [](double load) { return fmt::format("{:.2f}", load); });
  table.add("host.memory_available_bytes", host.memory_available);
  table.add("host.memlock_bytes", host.memlock,
            [](std::uint64_t bytes) { return bytes == kUnlimited ? "unlimited" : fmt::format("{}", bytes); });
}

void add_gpu(Table& table, const nvml::GpuSample& gpu) {
  table.add("gpu.name", gpu.name);
  table.add("gpu.uuid", gpu.uuid);
  table.add("gpu.pci", gpu.pci);
  table.add("gpu.memory_total_bytes", gpu.memory_total);
  table.add("gpu.memory_used_bytes", gpu.memory_used);
  table.add("gpu.sm_mhz", gpu.sm_mhz);
  table.add("gpu.sm_mhz_max", gpu.sm_mhz_max);
  table.add("gpu.memory_mhz", gpu.memory_mhz);
  table.add("gpu.memory_mhz_max", gpu.memory_mhz_max);
  table.add("gpu.clock_reasons", gpu.clock_reasons, nvml::describe_reasons);
  table.add("gpu.celsius", gpu.celsius);
  table.add("gpu.milliwatts", gpu.milliwatts);
  table.add("gpu.milliwatts_limit", gpu.milliwatts_limit);
  table.add("gpu.pcie", gpu.pcie, [](const nvml::PcieLink& link) { return nvml::to_string(link); });
  table.add("gpu.pcie_max", gpu.pcie_max, [](const nvml::PcieLink& link) { return nvml::to_string(link); });
  table.add("gpu.pcie_replays", gpu.pcie_replays);
  table.add("gpu.ecc", gpu.ecc, [](bool on) { return on ? "on" : "off"; });
  table.add("gpu.ecc_uncorrected", gpu.ecc_uncorrected);
  table.add("gpu.mig", gpu.mig, [](bool on) { return on ? "on" : "off"; });
  table.add("gpu.processes", gpu.processes, [](const std::vector<nvml::GpuProcess>& processes) {
    return fmt::format("{}", processes.size());
  });
}

}  // namespace

Environment sample_environment(const nvml::Monitor& monitor, const std::string& pci, const void* pinned,
                               const std::string& root) {
  Environment environment;
  environment.host = sample(root);
  environment.driver = monitor.driver();
  const auto index = pci.empty() && monitor.count() > 0 ? std::optional<std::size_t>(0) : monitor.find(pci);
  if (index) environment.gpu = monitor.sample(*index);
  const auto& address = environment.gpu.pci;
  environment.gpu_node =
      address ? numa_node_of_pci(*address, root) : Reading<std::uint32_t>::absent(address.why());
  if (pinned != nullptr) environment.memory_node = numa_node_of_memory(pinned);
  environment.cpu_nodes = nodes_of(environment.host.cpus_allowed, root);
  return environment;
}

std::vector<EnvironmentRow> rows(const Environment& environment) {
  Table table;
  add_host(table, environment.host);
  table.add("driver.version", environment.driver.driver);
  table.add("driver.cuda", environment.driver.cuda);
  add_gpu(table, environment.gpu);
  table.add("numa.gpu", environment.gpu_node);
  table.add("numa.pinned_memory", environment.memory_node);
  return table.take();
}

}  // namespace offledger::host
