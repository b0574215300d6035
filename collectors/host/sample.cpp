// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/sample.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

namespace offledger::host {
namespace {

/// What `parse` makes of a file, or why not.
template <typename T, typename Parse>
Reading<T> from_file(const std::string& path, Parse parse) {
  const auto text = read_text(path);
  if (!text) return Reading<T>::absent(path + " cannot be read");
  const auto value = parse(*text);
  if (!value) return Reading<T>::absent(path + " does not hold what is expected");
  return Reading<T>(*value);
}

std::string system_reason() {
  return std::strerror(errno);
}

Reading<std::uint64_t> memlock() {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return Reading<std::uint64_t>::absent(system_reason());
  return limit.rlim_cur == RLIM_INFINITY ? kUnlimited : std::uint64_t{limit.rlim_cur};
}

Reading<std::string> kernel() {
  utsname name{};
  if (uname(&name) != 0) return Reading<std::string>::absent(system_reason());
  return std::string(name.release);
}

Reading<std::vector<std::uint32_t>> cpus_allowed() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) {
    return Reading<std::vector<std::uint32_t>>::absent(system_reason());
  }
  std::vector<std::uint32_t> cpus;
  for (std::uint32_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

/// One word for all CPUs, or the words with their shares.
Reading<std::string> governor(const std::string& root, std::uint32_t threads) {
  std::map<std::string, std::uint32_t> seen;
  for (std::uint32_t cpu = 0; cpu < threads; ++cpu) {
    const auto text =
        read_text(fmt::format("{}/sys/devices/system/cpu/cpu{}/cpufreq/scaling_governor", root, cpu));
    if (text) ++seen[text->substr(0, text->find_first_of(" \n"))];
  }
  if (seen.empty())
    return Reading<std::string>::absent("the kernel offers no frequency control (a virtual machine?)");
  if (seen.size() == 1) return seen.begin()->first;
  std::string all;
  for (const auto& [word, cpus] : seen) all += fmt::format("{}{} on {}", all.empty() ? "" : ", ", word, cpus);
  return all;
}

}  // namespace

std::optional<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(std::size_t{1} << 20, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.gcount() == 0 && !file.eof())) return std::nullopt;
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

HostSample sample(const std::string& root) {
  HostSample sample;
  sample.cpu = from_file<CpuInfo>(root + "/proc/cpuinfo", parse_cpuinfo);
  sample.kernel = kernel();
  sample.governor = governor(root, sample.cpu ? sample.cpu->threads : 1);
  sample.load = from_file<double>(root + "/proc/loadavg", parse_loadavg);
  const auto memory = [&](std::string_view key) {
    return from_file<std::uint64_t>(root + "/proc/meminfo",
                                    [key](std::string_view text) { return parse_meminfo(text, key); });
  };
  sample.memory_total = memory("MemTotal");
  sample.memory_available = memory("MemAvailable");
  sample.memlock = memlock();
  sample.cpus_allowed = cpus_allowed();
  return sample;
}

Reading<std::uint32_t> numa_node_of_pci(const std::string& pci, const std::string& root) {
  const std::string path = fmt::format("{}/sys/bus/pci/devices/{}/numa_node", root, pci);
  const auto node = from_file<std::int64_t>(path, parse_number);
  if (!node) return Reading<std::uint32_t>::absent(node.why());
  if (*node < 0)
    return Reading<std::uint32_t>::absent("the machine does not say (one NUMA node, or a virtual machine)");
  return static_cast<std::uint32_t>(*node);
}

Reading<std::uint32_t> numa_node_of_cpu(std::uint32_t cpu, const std::string& root) {
  constexpr std::uint32_t kMostNodes = 1024;
  for (std::uint32_t node = 0; node < kMostNodes; ++node) {
    const auto text = read_text(fmt::format("{}/sys/devices/system/node/node{}/cpulist", root, node));
    if (!text) continue;
    const auto cpus = parse_cpu_list(*text);
    if (cpus && std::find(cpus->begin(), cpus->end(), cpu) != cpus->end()) return node;
  }
  return Reading<std::uint32_t>::absent("/sys/devices/system/node lists no node with this CPU");
}

Reading<std::uint32_t> numa_node_of_memory(const void* address) {
  constexpr unsigned long kNodeOfAddress = 1 | 2;  // MPOL_F_NODE | MPOL_F_ADDR of linux/mempolicy.h
  int node = -1;
  if (syscall(SYS_get_mempolicy, &node, nullptr, 0UL, address, kNodeOfAddress) != 0 || node < 0) {
    return Reading<std::uint32_t>::absent("get_mempolicy: " + system_reason());
  }
  return static_cast<std::uint32_t>(node);
}

}  // namespace offledger::host
