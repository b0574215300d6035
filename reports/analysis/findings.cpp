// SPDX-License-Identifier: Apache-2.0
#include "reports/analysis/findings.hpp"

#include <fmt/format.h>

namespace offledger::analysis {

void add_notes(const trace::Timeline& timeline, std::vector<Finding>& findings) {
  for (const trace::Note& note : timeline.notes) {
    findings.push_back({timeline.text(note.id), timeline.text(note.text), note.disqualifies});
  }
}

std::vector<Finding> recording_findings(const Links& links) {
  std::vector<Finding> findings;
  const trace::Timeline& timeline = links.timeline;
  if (timeline.defects.dropped_records > 0) {
    findings.push_back(
        {"dropped_records",
         fmt::format("the collector lost {} records; what they held is missing from every figure",
                     timeline.defects.dropped_records),
         true});
  }
  if (!timeline.source.complete) {
    findings.push_back({"incomplete_recording",
                        "the recording was cut short: the process died, or the file lacks its end", true});
  }
  const LinkCounts& counts = links.ops.counts();
  if (counts.early > 0) {
    findings.push_back(
        {"clock_skew",
         fmt::format("{} kernels begin before their launch call does, by {} ns at most; host and device "
                     "times are comparable only to within that",
                     counts.early, counts.skew.count()),
         false});
  }
  add_notes(timeline, findings);
  return findings;
}

}  // namespace offledger::analysis
