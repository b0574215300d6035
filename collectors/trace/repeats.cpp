// SPDX-License-Identifier: Apache-2.0
#include "collectors/trace/repeats.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace offledger::trace {
namespace {

/// Distances between repetitions, and what they launch, may differ by this share.
constexpr double kTolerance = 0.1;
/// A pattern repeats over this share of the sequence at least.
constexpr double kCovered = 0.5;
/// Patterns whose repetitions are compared kernel by kernel, each at the cost of the whole sequence.
constexpr std::size_t kMostCompared = 64;

using Places = std::vector<std::size_t>;

/// The longest run of places at like distances; of two equal ones the first.
std::span<const std::size_t> regular_run(const Places& places) {
  if (places.size() < 2) return {};
  std::vector<std::size_t> distances;
  for (std::size_t i = 1; i < places.size(); ++i) distances.push_back(places[i] - places[i - 1]);
  std::vector<std::size_t> sorted = distances;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2),
                   sorted.end());
  const auto median = static_cast<double>(sorted[sorted.size() / 2]);
  std::size_t best = 0, best_end = 0, run = 0;
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const double off = static_cast<double>(distances[i]) - median;
    run = std::max(off, -off) <= kTolerance * median ? run + 1 : 0;
    if (run > best) {
      best = run;
      best_end = i + 1;
    }
  }
  return std::span(places).subspan(best_end - best, best == 0 ? 0 : best + 1);
}

using Bag = std::unordered_map<std::uint32_t, std::size_t>;
Bag bag_of(std::span<const std::uint32_t> ids) {
  Bag bag;
  for (const std::uint32_t id : ids) ++bag[id];
  return bag;
}

/// Whether two stretches launch the same kernels as often, but for the tolerance.
bool alike(const Bag& a, std::size_t size_a, const Bag& b, std::size_t size_b) {
  std::size_t common = 0;
  for (const auto& [id, count] : a) {
    const auto other = b.find(id);
    if (other != b.end()) common += std::min(count, other->second);
  }
  return static_cast<double>(common) >= (1 - kTolerance) * static_cast<double>(std::max(size_a, size_b));
}

/// Whole repetitions from a run of places: the last one ends with the sequence, or is as long as the one
/// before it; one that was cut short is none.
Repeats whole(std::span<const std::uint32_t> ids, std::span<const std::size_t> places) {
  Repeats repeats{{places.begin(), places.end()}, ids.size()};
  const std::size_t last = places.back();
  const auto length = static_cast<double>(last - places[places.size() - 2]);
  const auto rest = static_cast<double>(ids.size() - last);
  if (rest > (1 + kTolerance) * length) repeats.end = last + static_cast<std::size_t>(length);
  if (rest < (1 - kTolerance) * length) {
    repeats.begins.pop_back();
    repeats.end = last;
  }
  return repeats;
}

/// Every repetition launches what the first one does.
bool all_alike(std::span<const std::uint32_t> ids, const Repeats& repeats) {
  const auto stretch = [&](std::size_t i) {
    const std::size_t end = i + 1 < repeats.begins.size() ? repeats.begins[i + 1] : repeats.end;
    return ids.subspan(repeats.begins[i], end - repeats.begins[i]);
  };
  const Bag first = bag_of(stretch(0));
  for (std::size_t i = 1; i < repeats.begins.size(); ++i) {
    if (!alike(first, stretch(0).size(), bag_of(stretch(i)), stretch(i).size())) return false;
  }
  return true;
}

}  // namespace

std::optional<Repeats> find_repeats(std::span<const std::uint32_t> ids) {
  std::map<std::uint32_t, Places> places;
  for (std::size_t i = 0; i < ids.size(); ++i) places[ids[i]].push_back(i);
  std::vector<const Places*> rarest;
  for (const auto& [id, at] : places) {
    if (at.size() >= 2) rarest.push_back(&at);
  }
  std::sort(rarest.begin(), rarest.end(), [](const Places* a, const Places* b) {
    // Two places have one distance, which is always regular: they come last.
    const bool a_few = a->size() < 3, b_few = b->size() < 3;
    if (a_few != b_few) return b_few;
    return a->size() != b->size() ? a->size() < b->size() : a->front() < b->front();
  });
  std::size_t compared = 0;
  for (const Places* at : rarest) {
    const auto run = regular_run(*at);
    if (run.size() < 2) continue;
    const Repeats repeats = whole(ids, run);
    if (repeats.begins.size() < 2) continue;
    const auto covered = static_cast<double>(repeats.end - repeats.begins.front());
    if (covered < kCovered * static_cast<double>(ids.size())) continue;
    if (all_alike(ids, repeats)) return repeats;
    if (++compared == kMostCompared) break;
  }
  return std::nullopt;
}

}  // namespace offledger::trace
