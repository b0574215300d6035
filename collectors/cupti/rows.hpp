// SPDX-License-Identifier: Apache-2.0
//
// The rows that records point to: streams, threads and names, found in constant time. Records name a context
// and a stream, and only some name the device too; resolve() puts the device in once every record has been
// seen.

#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "collectors/trace/timeline.hpp"

namespace offledger::cupti {

/// CUPTI's "does not apply", and the value some records carry for "no device".
inline constexpr std::uint32_t kInvalid = 0xFFFFFFFF;

/// Threads: one at a time.
class Rows {
 public:
  /// Adds the process to `timeline`, which must outlive this.
  Rows(trace::Timeline& timeline, std::uint32_t pid);

  /// kNone for kInvalid.
  trace::StreamRow stream(std::uint32_t context, std::uint32_t stream);
  /// As above, and learns the context's device.
  trace::StreamRow stream(std::uint32_t device, std::uint32_t context, std::uint32_t stream);
  trace::ThreadRow thread(std::uint32_t tid);
  void context(std::uint32_t context, std::uint32_t device);
  void device(std::uint32_t device, const char* name);

  void name_stream(std::uint32_t context, std::uint32_t stream, const char* name);
  void name_thread(std::uint32_t tid, const char* name);

  /// The row of a kernel's demangled name.
  trace::StringId kernel(const char* symbol);
  /// The row of an API function's name; "" for an unknown id, and false in `known`.
  trace::StringId api(trace::Api api, std::uint32_t cbid, bool& known);

  /// Puts devices into streams, and lists those devices that have streams. Returns how many streams' devices
  /// no record has told yet.
  std::uint64_t resolve();

 private:
  bool resolve(trace::StreamInfo& stream);

  struct Name {
    std::string symbol;
    trace::StringId id{};
  };
  trace::Timeline& timeline_;
  trace::ProcessRow process_{};
  std::unordered_map<std::uint64_t, trace::StreamRow> streams_;
  std::unordered_map<std::uint32_t, trace::ThreadRow> threads_;
  std::unordered_map<std::uint32_t, std::uint32_t> device_of_context_;
  std::unordered_map<std::uint32_t, std::string> device_names_;
  std::size_t resolved_ = 0;  ///< all streams before this have their device
  /// By the symbol's address, which a later module may reuse for another name: hence the text beside the id.
  std::unordered_map<const char*, Name> kernels_;
  std::unordered_map<std::uint64_t, trace::StringId> apis_;
};

}  // namespace offledger::cupti
