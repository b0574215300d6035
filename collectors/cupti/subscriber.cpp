// SPDX-License-Identifier: Apache-2.0
#include "collectors/cupti/subscriber.hpp"

#include <fmt/format.h>

#include <utility>

#include "collectors/cupti/driver.hpp"
#include "collectors/cupti/error.hpp"

namespace offledger::cupti {

Subscriber::Subscriber(Listener listener) : listener_(std::move(listener)) {
  char holder[CUPTI_OLD_SUBSCRIBER_NAME_MIN_LEN] = {};
  CUpti_SubscriberParams params{};
  params.structSize = CUpti_SubscriberParams_STRUCT_SIZE;
  params.subscriberName = "offledger";
  params.oldSubscriberName = holder;
  params.oldSubscriberSize = sizeof holder;
  const CUptiResult result = cuptiSubscribe_v2(&handle_, &Subscriber::callback, this, &params);
  if (result == CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED) {
    holder[sizeof holder - 1] = '\0';
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format("CUPTI serves one profiler a process and '{}' holds it: end that one, or record with it "
                    "and import its file",
                    holder[0] == '\0' ? "an unnamed client" : holder));
  }
  check(result, "cuptiSubscribe_v2");
}

Subscriber::~Subscriber() {
  if (!detached_) cuptiUnsubscribe(handle_);
}

bool Subscriber::detach() noexcept {
  if (detached_) return true;
  detaching_ = true;
  constexpr auto kDomain = CUPTI_CB_DOMAIN_DRIVER_API;
  if (cuptiEnableCallback(1, handle_, kDomain, CUPTI_DRIVER_TRACE_CBID_cuDriverGetVersion) == CUPTI_SUCCESS) {
    touch_driver();
  }
  detaching_ = false;
  return detached_;
}

void Subscriber::callback(void* self, CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* data) {
  auto& subscriber = *static_cast<Subscriber*>(self);
  if (subscriber.listener_) subscriber.listener_(domain, id, data);
  if (!subscriber.detaching_ || subscriber.detached_ || domain != CUPTI_CB_DOMAIN_DRIVER_API) return;
  if (static_cast<const CUpti_CallbackData*>(data)->callbackSite != CUPTI_API_EXIT) return;
  subscriber.detached_ = cuptiFinalize() == CUPTI_SUCCESS;
}

}  // namespace offledger::cupti
