// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/rows.hpp"

#include "collectors/cupti/names.hpp"

namespace offledger::cupti {
namespace {

std::uint64_t pair_key(std::uint32_t high, std::uint32_t low) {
  return std::uint64_t{high} << 32 | low;
}

}  // namespace

Rows::Rows(trace::Timeline& timeline, std::uint32_t pid)
    : timeline_(timeline), process_(timeline.process(pid)) {}

trace::StreamRow Rows::stream(std::uint32_t context, std::uint32_t stream) {
  if (context == kInvalid || stream == kInvalid) return trace::StreamRow::kNone;
  const auto next = static_cast<trace::StreamRow>(timeline_.streams.size());
  const auto [at, added] = streams_.try_emplace(pair_key(context, stream), next);
  if (added) {
    trace::StreamInfo info;
    info.process = process_;
    info.context = context;
    info.native_id = stream;
    timeline_.streams.push_back(info);
  }
  return at->second;
}

trace::StreamRow Rows::stream(std::uint32_t device, std::uint32_t context, std::uint32_t stream) {
  this->context(context, device);
  return this->stream(context, stream);
}

trace::ThreadRow Rows::thread(std::uint32_t tid) {
  const auto next = static_cast<trace::ThreadRow>(timeline_.threads.size());
  const auto [at, added] = threads_.try_emplace(tid, next);
  if (added) timeline_.threads.push_back({process_, tid, {}});
  return at->second;
}

void Rows::context(std::uint32_t context, std::uint32_t device) {
  if (context != kInvalid && device != kInvalid) device_of_context_.try_emplace(context, device);
}

void Rows::name_stream(std::uint32_t context, std::uint32_t stream, const char* name) {
  const trace::StreamRow row = this->stream(context, stream);
  if (row != trace::StreamRow::kNone) timeline_.streams[index(row)].name = timeline_.intern(name);
}

void Rows::name_thread(std::uint32_t tid, const char* name) {
  timeline_.threads[index(thread(tid))].name = timeline_.intern(name);
}

trace::StringId Rows::kernel(const char* symbol) {
  if (symbol == nullptr) return trace::StringId::kEmpty;
  Name& name = kernels_[symbol];
  if (name.symbol != symbol) {
    name.symbol = symbol;
    name.id = timeline_.intern(demangle(symbol));
  }
  return name.id;
}

trace::StringId Rows::api(trace::Api api, std::uint32_t cbid, bool& known) {
  const auto [at, added] = apis_.try_emplace(pair_key(static_cast<std::uint32_t>(api), cbid));
  if (added) {
    if (const auto name = api_name(api, cbid)) at->second = timeline_.intern(*name);
  }
  known = at->second != trace::StringId::kEmpty;
  return at->second;
}

void Rows::device(std::uint32_t device, const char* name) {
  device_names_[device] = name == nullptr ? "" : name;
}

std::uint64_t Rows::resolve() {
  std::uint64_t unknown = 0;
  for (std::size_t row = resolved_; row < timeline_.streams.size(); ++row) {
    const bool known = resolve(timeline_.streams[row]);
    unknown += known ? 0 : 1;
    if (known && row == resolved_) ++resolved_;
  }
  return unknown;
}

bool Rows::resolve(trace::StreamInfo& stream) {
  const auto at = device_of_context_.find(stream.context);
  if (at == device_of_context_.end()) return false;
  stream.device = static_cast<trace::DeviceId>(at->second);
  const auto name = device_names_.find(at->second);
  const bool named = name != device_names_.end();
  timeline_.device(stream.device, named ? name->second : "");
  if (timeline_.source.device_profile.empty() && named) timeline_.source.device_profile = name->second;
  return true;
}

}  // namespace offledger::cupti
