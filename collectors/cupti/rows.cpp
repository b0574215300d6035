// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/rows.hpp"

#include "collectors/cupti/names.hpp"

namespace offledger::cupti {
namespace {

std::uint64_t pair_key(std::uint32_t high, std::uint32_t low) { return std::uint64_t{high} << 32 | low; }

}  // namespace

Rows::Rows(trace::Timeline& timeline, std::uint32_t pid) : timeline_(timeline), process_(timeline.process(pid)) {}

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

std::uint64_t Rows::resolve() {
  std::uint64_t unknown = 0;
  for (trace::StreamInfo& info : timeline_.streams) {
    const auto at = device_of_context_.find(info.context);
    if (at == device_of_context_.end()) {
      ++unknown;
    } else {
      info.device = static_cast<trace::DeviceId>(at->second);
    }
  }
  return unknown;
}

}  // namespace offledger::cupti
