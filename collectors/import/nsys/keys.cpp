// SPDX-License-Identifier: Apache-2.0
#include "collectors/import/nsys/keys.hpp"

#include <utility>

#include "collectors/trace/vocabulary.hpp"

namespace offledger::importers::nsys {
namespace {

std::uint32_t pid_of(std::int64_t global_id) noexcept {
  return static_cast<std::uint32_t>((static_cast<std::uint64_t>(global_id) >> 24) & 0xFFFFFF);
}

std::uint64_t tid_of(std::int64_t global_id) noexcept {
  return static_cast<std::uint64_t>(global_id) & 0xFFFFFF;
}

}  // namespace

Keys::Keys(Export& file, trace::Timeline& timeline) : file_(file), timeline_(timeline) {
  file_.for_each("StringIds", {"id", "value"}, [&](const Row& row) {
    if (const auto id = row.integer(0)) strings_.emplace(*id, row.text(1));
  });
  file_.for_each("TARGET_INFO_CUDA_DEVICE", {"gpuId", "cudaId", "pid"}, [&](const Row& row) {
    const auto gpu = row.integer(0), cuda = row.integer(1), pid = row.integer(2);
    if (!gpu || !cuda || !pid || !std::in_range<std::uint32_t>(*gpu) || !std::in_range<std::uint32_t>(*cuda))
      return;
    machine_devices_[{static_cast<std::uint32_t>(*pid), static_cast<std::uint32_t>(*cuda)}] =
        static_cast<std::uint32_t>(*gpu);
  });
}

trace::ProcessRow Keys::process(std::int64_t global_id) {
  const std::uint32_t pid = pid_of(global_id);
  const auto found = processes_.find(pid);
  if (found != processes_.end()) return found->second;
  return processes_.emplace(pid, timeline_.process(pid)).first->second;
}

trace::ThreadRow Keys::thread(std::int64_t global_id) {
  const auto found = threads_.find(global_id);
  if (found != threads_.end()) return found->second;
  return threads_.emplace(global_id, timeline_.thread(process(global_id), tid_of(global_id))).first->second;
}

std::uint32_t Keys::machine_device(std::uint32_t pid, std::uint32_t device) const {
  const auto found = machine_devices_.find({pid, device});
  return found == machine_devices_.end() ? device : found->second;
}

trace::StreamRow Keys::stream(std::int64_t global_id, std::int64_t device, std::int64_t context,
                              std::int64_t stream) {
  const std::uint32_t pid = pid_of(global_id);
  const auto found = streams_.find({pid, device, context, stream});
  if (found != streams_.end()) return found->second;
  if (!std::in_range<std::uint32_t>(device) || !std::in_range<std::uint32_t>(context)) {
    ++timeline_.defects.orphan_references;
    return trace::StreamRow::kNone;
  }
  const std::uint32_t machine = machine_device(pid, static_cast<std::uint32_t>(device));
  const auto row = timeline_.stream(process(global_id), trace::DeviceId{machine},
                                    static_cast<std::uint32_t>(context), static_cast<std::uint64_t>(stream));
  streams_.emplace(std::tuple(pid, device, context, stream), row);
  return row;
}

std::uint64_t Keys::keyed(std::int64_t global_id, std::int64_t id) {
  return (std::uint64_t{index(process(global_id))} << 32) | (static_cast<std::uint64_t>(id) & 0xFFFFFFFF);
}

trace::Correlation Keys::correlation(std::int64_t global_id, std::optional<std::int64_t> id) {
  if (!id || *id == 0) return trace::Correlation::kNone;
  return static_cast<trace::Correlation>(keyed(global_id, *id));
}

trace::EventSync Keys::event(std::int64_t global_id, std::optional<std::int64_t> event_sync_id) {
  if (!event_sync_id || *event_sync_id == 0) return trace::EventSync::kNone;
  return static_cast<trace::EventSync>(keyed(global_id, *event_sync_id));
}

std::string_view Keys::string_text(std::optional<std::int64_t> id) const {
  const auto found = id ? strings_.find(*id) : strings_.end();
  return found == strings_.end() ? std::string_view() : found->second;
}

trace::StringId Keys::string(std::optional<std::int64_t> id) {
  if (!id) return trace::StringId::kEmpty;
  const auto known = interned_.find(*id);
  if (known != interned_.end()) return known->second;
  if (!strings_.contains(*id)) {
    ++timeline_.defects.orphan_references;
    return trace::StringId::kEmpty;
  }
  return interned_.emplace(*id, timeline_.intern(string_text(id))).first->second;
}

trace::StringId Keys::api_name(std::optional<std::int64_t> id) {
  const auto known = api_names_.find(id.value_or(-1));
  if (known != api_names_.end()) return known->second;
  const trace::StringId name = timeline_.intern(trace::base_api_name(timeline_.text(string(id))));
  return api_names_.emplace(id.value_or(-1), name).first->second;
}

void Keys::read_names() {
  file_.for_each("PROCESSES", {"globalPid", "name"}, [&](const Row& row) {
    const auto found = processes_.find(pid_of(row.integer_or(0, -1)));
    if (found != processes_.end()) timeline_.process(found->first, row.text(1));
  });
  file_.for_each("ThreadNames", {"globalTid", "nameId"}, [&](const Row& row) {
    const auto found = threads_.find(row.integer_or(0, -1));
    if (found == threads_.end()) return;
    const trace::ThreadInfo& thread = timeline_.at(found->second);
    timeline_.thread(thread.process, thread.tid, string_text(row.integer(1)));
  });
  std::map<trace::DeviceId, std::string> devices;
  for (const trace::StreamInfo& stream : timeline_.streams) devices[stream.device];
  file_.for_each("TARGET_INFO_GPU", {"id", "name"}, [&](const Row& row) {
    const std::int64_t id = row.integer_or(0, -1);
    if (!std::in_range<std::uint32_t>(id)) return;
    const auto found = devices.find(trace::DeviceId{static_cast<std::uint32_t>(id)});
    if (found != devices.end()) found->second = row.text(1);
  });
  for (const auto& [id, name] : devices) timeline_.device(id, name);
}

}  // namespace offledger::importers::nsys
