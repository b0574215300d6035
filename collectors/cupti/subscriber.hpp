// SPDX-License-Identifier: Apache-2.0
//
// The one place that CUPTI has for a callback client in a process.

#pragma once

#include <cupti.h>

#include <functional>

namespace offledger::cupti {

/// What a callback is told: its domain, its id, and CUPTI's data.
using Listener = std::function<void(CUpti_CallbackDomain, CUpti_CallbackId, const void*)>;

/// Invariant: holds the process's subscription, until the destructor or detach().
class Subscriber {
 public:
  /// Throws Error(kNotMeasured); where the place is taken, with the holder's name.
  explicit Subscriber(Listener listener = {});
  ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  /// Runs cuptiFinalize inside the exit callback of a driver call made for it: elsewhere it may race with
  /// CUPTI's own threads. False where no callback came.
  bool detach() noexcept;

  [[nodiscard]] CUpti_SubscriberHandle handle() const noexcept { return handle_; }

 private:
  static void callback(void* self, CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* data);

  Listener listener_;
  CUpti_SubscriberHandle handle_ = nullptr;
  bool detaching_ = false;
  bool detached_ = false;
};

}  // namespace offledger::cupti
