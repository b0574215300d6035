// SPDX-License-Identifier: Apache-2.0
//
// Schedules drawn at random from the language, good and bad. Each is refused with an Error or compiles to a
// plan that repeats, and the verifier's answer for that plan is the one that trying every order gives.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "schedules/base/error.hpp"
#include "schedules/language/schedule.hpp"
#include "schedules/plan/verify.hpp"
#include "tests/property/plan/interleavings.hpp"

namespace offledger::language {
namespace {

const plan::ModelShape kThreeLayers{3, {{"attn", {{"q", 1}, {"o", 1}}}, {"ffn", {{"up", 2}, {"down", 1}}}}};

std::string pick(const std::vector<std::string>& from) {
  return *rc::gen::elementOf(from);
}
bool coin() {
  return *rc::gen::arbitrary<bool>();
}

std::string issue_point() {
  std::string text =
      "{\"at\": " + pick({"\"before_compute\"", "\"after_ready\"", "\"during\"", "\"after_compute\""});
  if (coin()) text += ", \"unit\": " + pick({"\"attn\"", "\"ffn\"", "\"layer\""});
  if (coin()) text += ", \"fence\": true";
  const std::string ahead = pick({"0", "1", "2", "[1, 2]", "{\"from\": 0, \"to\": 2}", "[2, 1]"});
  switch (*rc::gen::inRange(0, 4)) {
    case 0: return text + ", \"ahead\": " + ahead + ", \"in\": \"units\"}";
    case 1: return text + ", \"ahead\": {\"bytes\": " + pick({"1", "4", "9"}) + "}}";
    case 2: return text + ", \"ahead\": " + ahead + ", \"fetch\": " + pick({"\"attn\"", "\"ffn\""}) + "}";
    default: return text + ", \"ahead\": " + ahead + "}";
  }
}

/// `sound`: only knobs that promise safety together: a slot is taken once it is free, every read and every
/// reuse waits.
std::string schedule(bool sound) {
  std::string text = R"({"name": "random", "title": "random")";
  const auto knob = [&text](const char* key, const std::vector<std::string>& values) {
    const std::string value = pick(values);
    if (!value.empty()) text += std::string(", \"") + key + "\": " + value;
  };
  knob("unit", {"", "", R"("layer")", R"("tensor")",
                R"([{"name": "a", "tensors": ["q"]}, {"name": "b", "tensors": ["o", "up", "down"]}])"});
  knob("offload", {"", "", R"({"every": 2})", R"({"percent": 67})", R"({"names": ["ffn", "L1.attn"]})",
                   R"({"bytes": 7})"});
  const std::vector<std::string> dynamic{R"({"mapping": "dynamic"})", R"({"count": 4, "mapping": "dynamic"})",
                                         R"({"count": {"attn": 2, "ffn": 3}, "mapping": "dynamic"})",
                                         R"({"mapping": "dynamic", "allocate": true})"};
  knob("slots",
       sound ? dynamic
             : std::vector<std::string>{R"({"count": 1})", R"({"count": 2})", R"({"count": 3})",
                                        R"({"count": {"attn": 2, "ffn": 2}})",
                                        R"({"count": {"attn": 3, "ffn": 1}})", R"({"mapping": "single"})",
                                        R"({"mapping": "dynamic"})", R"({"count": 4, "mapping": "dynamic"})",
                                        R"({"mapping": "dynamic", "allocate": true})"});
  knob("wrap", {"", "", "true"});
  knob("prologue", {"", "", R"([{"ahead": [0, 1]}])", R"([{"ahead": 0, "in": "units"}])"});
  text += ", \"issue\": [" + issue_point() + (coin() ? ", " + issue_point() : "") + "]";
  std::vector<std::string> ready{R"("host_event")",  R"("stream_event")", R"("stream_event")",
                                 R"("wait_stream")", R"("stream_sync")",  R"("device_sync")"};
  std::vector<std::string> release{R"("last_reader_event")", R"("last_reader_event")", R"("wait_stream")",
                                   R"("host_sync")", R"({"mode": "host_sync", "at": "release"})"};
  if (!sound) {
    ready.insert(ready.end(), {R"("none")", R"({"mode": "stream_event", "on": "mha"})"});
    release.emplace_back(R"("none")");
  }
  knob("ready", ready);
  knob("release", release);
  knob("streams", {"", R"({"compute": {"attn": "mha", "ffn": "ffn"}})", R"({"copy": "compute"})",
                   R"({"copy": "compute", "compute": {"attn": "mha", "ffn": "ffn"}})",
                   R"({"copy": ["c0", "c1"], "copy_mapping": "slot"})",
                   R"({"copy": ["c0", "c1"], "compute": {"attn": "mha", "ffn": "ffn"}})"});
  knob("copy", {"", R"("tensor")", R"({"order": "need"})", R"({"in_flight": 1})",
                R"({"by": "tensor", "in_flight": 2})"});
  return text + "}";
}

bool is_promise(const plan::Plan& plan, const plan::Hazard& hazard) {
  if (hazard.first == hazard.second) return true;
  const std::size_t body = plan.prologue.size();
  return hazard.first >= body && hazard.first - body < plan.body.size() &&
         std::holds_alternative<plan::Release>(plan.body[hazard.first - body]);
}

plan::Plan compiled(const std::string& text) {
  try {
    return parse_schedule(text, "random")->compile(kThreeLayers);
  } catch (const Error&) {
    RC_DISCARD("refused");
  }
}

RC_GTEST_PROP(Policies, AreSafeWhereTheirKnobsPromiseIt, ()) {
  const std::string text = schedule(true);
  const plan::Plan plan = compiled(text);
  RC_LOG() << text << "\n" << plan::to_string(plan);
  for (const plan::Hazard& hazard : plan::verify(plan).hazards) RC_FAIL(hazard.words);
}

RC_GTEST_PROP(Policies, AreJudgedAsEveryOrderJudgesThem, ()) {
  const std::string text = schedule(false);
  const plan::Plan plan = compiled(text);
  const plan::Verdict verdict = plan::verify(plan);
  bool promises_only = true;
  for (const plan::Hazard& hazard : verdict.hazards)
    promises_only = promises_only && is_promise(plan, hazard);
  const bool breaks = plan::Interleavings(plan, 3).some_order_breaks();
  RC_LOG() << text << "\n" << plan::to_string(plan);
  for (const plan::Hazard& hazard : verdict.hazards) RC_LOG() << hazard.words << "\n";
  RC_CLASSIFY(breaks, "breaks");
  if (breaks) RC_ASSERT(!verdict.safe());
  if (!promises_only) RC_ASSERT(breaks);
}

}  // namespace
}  // namespace offledger::language
