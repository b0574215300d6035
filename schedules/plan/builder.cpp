// SPDX-License-Identifier: Apache-2.0

#include "schedules/plan/builder.hpp"

namespace offledger::plan {

Builder::Builder(std::string schedule, ModelShape model) : ops_(&plan_.body) {
  plan_.schedule = std::move(schedule);
  plan_.model = std::move(model);
}

StreamId Builder::stream(std::string name, StreamKind kind, int priority) {
  plan_.streams.push_back({std::move(name), kind, priority});
  return StreamId{static_cast<std::uint32_t>(plan_.streams.size() - 1)};
}

SlotId Builder::slot(std::string name, std::uint64_t bytes) {
  plan_.slots.push_back({std::move(name), bytes});
  return SlotId{static_cast<std::uint32_t>(plan_.slots.size() - 1)};
}

EventId Builder::event(std::string name) {
  plan_.events.push_back({std::move(name)});
  return EventId{static_cast<std::uint32_t>(plan_.events.size() - 1)};
}

void Builder::to(Section section) noexcept {
  switch (section) {
    case Section::kPrologue: ops_ = &plan_.prologue; break;
    case Section::kBody: ops_ = &plan_.body; break;
    case Section::kEpilogue: ops_ = &plan_.epilogue; break;
  }
}

}  // namespace offledger::plan
