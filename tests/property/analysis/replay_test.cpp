// SPDX-License-Identifier: Apache-2.0
//
// Replays of timelines that no device could have made: they end, whatever is changed; and of those that one
// could have made, with nothing changed, every time comes back.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "reports/analysis/replay.hpp"
#include "schedules/base/error.hpp"
#include "tests/property/analysis/soup.hpp"
#include "tests/unit/analysis/story.hpp"

namespace offledger::analysis {
namespace {

/// Everything that a replay is made of.
struct Linked {
  explicit Linked(const trace::Timeline& t)
      : links(t),
        windows(device_windows(links)),
        graph(links),
        host(links),
        dependencies(links, graph, host) {
    for (const DeviceWindow& window : windows) units.push_back(book_units(links, window));
    for (std::size_t d = 0; d < windows.size(); ++d)
      inputs.push_back({links, windows[d], units[d], graph, host});
  }
  Links links;
  std::vector<DeviceWindow> windows;
  Graph graph;
  HostThreads host;
  Dependencies dependencies;
  std::vector<DeviceUnits> units;
  std::vector<BlameInput> inputs;
};

constexpr Change kChanges[] = {{},
                               {.copies_early = true},
                               {.copies_early = true, .more_slots = 1},
                               {.copies_early = true, .more_slots = -5},
                               {.free_host = true},
                               {.link_speed = 2}};

RC_GTEST_PROP(Replay, OfAnythingEnds, (std::vector<std::uint32_t> numbers)) {
  const trace::Timeline timeline = Soup(numbers).cook();
  try {
    const Linked linked(timeline);
    const Replay replay(linked.dependencies, linked.inputs);
    for (const Change& change : kChanges) {
      const auto played = replay.play(change);
      if (played) RC_ASSERT(played->size() == linked.dependencies.nodes());
    }
  } catch (const Error& error) {
    RC_ASSERT(error.kind() == ErrorKind::kNotMeasured);
  }
}

/// Copies and kernels in turn on two streams, each kernel behind its copy's event, the host now and then
/// behind a kernel's; durations and pauses at random.
trace::Timeline passes(const std::vector<std::uint16_t>& numbers) {
  Story story;
  std::int64_t host = 0, link = 0, compute = 0;
  const auto number = [&](std::size_t i) { return std::int64_t{numbers[i % numbers.size()] % 1000}; };
  for (std::size_t i = 0; i + 4 < numbers.size(); i += 4) {
    host += number(i);
    link = std::max(link, host + 3) + number(i + 1) % 7;
    story.h2d(29, host, link, link + 1 + number(i + 2));
    link += 1 + number(i + 2);
    const auto ready = story.record(29, host + 2);
    story.wait(7, ready, host + 4);
    compute = std::max({compute, link, host + 8}) + number(i + 3) % 5;
    story.kernel(7, host + 6, compute, compute + 1 + number(i + 3));
    compute += 1 + number(i + 3);
    host += 8;
    if (number(i) % 3 == 0) {
      const auto done = story.record(7, host);
      story.host_wait(done, host + 2, std::max(host + 4, compute + 2));
      host = std::max(host + 4, compute + 2);
    }
  }
  return story.timeline;
}

RC_GTEST_PROP(Replay, OfWhatCanBeChangesNothing, ()) {
  const auto numbers =
      *rc::gen::container<std::vector<std::uint16_t>>(40, rc::gen::arbitrary<std::uint16_t>());
  const trace::Timeline timeline = passes(numbers);
  const Linked linked(timeline);
  const auto played = Replay(linked.dependencies, linked.inputs).play({});
  RC_ASSERT(played.has_value());
  for (Node node = 0; node < linked.dependencies.nodes(); ++node) {
    RC_ASSERT((*played)[node] == linked.dependencies.recorded(node));
  }
}

RC_GTEST_PROP(Replay, AFasterLinkOrAFreeHostNeverTakesLonger, ()) {
  const auto numbers =
      *rc::gen::container<std::vector<std::uint16_t>>(40, rc::gen::arbitrary<std::uint16_t>());
  const trace::Timeline timeline = passes(numbers);
  const Linked linked(timeline);
  const Replay replay(linked.dependencies, linked.inputs);
  for (const Change& change : {Change{.free_host = true}, Change{.link_speed = 2}}) {
    const auto played = replay.play(change);
    RC_ASSERT(played.has_value());
    for (Node node = 0; node < linked.dependencies.nodes(); ++node) {
      RC_ASSERT((*played)[node] <= linked.dependencies.recorded(node));
    }
  }
}

}  // namespace
}  // namespace offledger::analysis
