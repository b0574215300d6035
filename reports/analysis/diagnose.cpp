// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/diagnose.hpp"

#include <algorithm>
#include <array>

namespace offledger::analysis {
namespace {

constexpr std::array kRules{
    Rule{"pageable_source",
         "Keep the weights in pinned or registered host memory: copies from pageable memory are "
         "staged by the CPU and hold the thread that issues them.",
         pageable_source},
    Rule{"pin_on_the_fly", "Pin once, when the weights are loaded, not in the step.", pin_on_the_fly},
    Rule{"missing_wait", "Record an event after the copy and make the computing stream wait for it.",
         missing_wait},
    Rule{"wrong_stream_wait", "Record the event on the stream that copies, after the copy.",
         wrong_stream_wait},
    Rule{"slot_overwrite", "Make the next copy into a slot wait for the slot's last reader.", slot_overwrite},
    Rule{"over_fetch", "Fetch each unit once a step: look for copies of what is already held or in flight.",
         over_fetch},
    Rule{"declared_not_applied",
         "See that the engine applies the option: it ran another schedule than the one declared.",
         declared_not_applied},
    Rule{"same_stream",
         "Copy on a stream of its own: on the computing stream a copy waits for kernels that it does not "
         "depend on.",
         same_stream},
    Rule{"single_slot",
         "Give the prefetch one more slot, so that the next copy need not wait for the slot's last reader.",
         single_slot},
    Rule{"head_of_line", "Issue copies in the order in which they are needed, or fetch less far ahead.",
         head_of_line},
    Rule{"stream_drain", "Wait for the event of the copy that is needed, not for the whole copy stream.",
         stream_drain},
    Rule{"tiny_copies", "Gather small tensors into one slab and copy that.", tiny_copies},
    Rule{"allocator_sync",
         "Reuse device buffers: freeing memory waits for the device, and so does what follows it.",
         allocator_sync},
    Rule{"late_issue",
         "Do not fence the copy on the compute issued before it: let it wait for its slot's last reader "
         "only, or "
         "issue it before that compute.",
         late_issue},
    Rule{"host_block_per_layer",
         "Let the stream wait for an event instead of the host: a blocked host issues neither the "
         "next copy nor the next kernel.",
         host_block_per_layer},
    Rule{"launch_bound", "Launch less or sooner: the GPU waits for the host, not for weights.", launch_bound},
    Rule{"link_bound",
         "No schedule can save this: the link is the limit. Move fewer bytes (quantise, keep more layers "
         "resident) "
         "or compute more on each.",
         link_bound},
};

}  // namespace

std::vector<Diagnosis> diagnose(const Case& c, double threshold) {
  struct Ranked {
    const Rule* rule;
    Found found;
  };
  const auto least = Nanos(static_cast<std::int64_t>(static_cast<double>(c.wall.count()) * threshold));
  std::vector<Ranked> ranked;
  for (const Rule& rule : kRules) {
    std::optional<Found> found = rule.look(c);
    if (found && c.avoidable && rule.look != link_bound) {
      found->time = std::min(found->time, *c.avoidable);
      found->own = std::min(found->own, *c.avoidable);
    }
    if (found && (found->always || (found->time >= least && found->time.count() > 0))) {
      ranked.push_back({&rule, std::move(*found)});
    }
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    const bool a_fine = a.rule->look == link_bound, b_fine = b.rule->look == link_bound;
    if (a_fine != b_fine) return b_fine;
    if (a.found.always != b.found.always) return a.found.always;
    return a.found.own != b.found.own ? a.found.own > b.found.own : a.found.time > b.found.time;
  });
  std::vector<Diagnosis> out;
  for (Ranked& r : ranked) {
    out.push_back({std::string(r.rule->id), c.in.device.device, r.found.time, std::move(r.found.evidence),
                   std::string(r.rule->advice)});
  }
  return out;
}

}  // namespace offledger::analysis
