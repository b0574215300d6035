// SPDX-License-Identifier: Apache-2.0
//
// A run of two schedules as a person compares them, and how the ledger moved from one to the other.
#include <gtest/gtest.h>

#include "reports/render/render.hpp"
#include "tests/golden/render/examples.hpp"

namespace offledger::render {
namespace {

TEST(RunText, IsATableAWorkload) {
  EXPECT_EQ(run_text(examples::two_schedules(), {false, 80}, {{{"seed-70b", 80}}, false}),
            R"out(run 0123456789abcdef0123
started 2026-03-31 14:06 UTC · suite seed · commit d36b4335f039 · sim:h200 ·
  sitting s1

seed-70b on sim:h200, a step of 80 layers
schedule     wall    blocked   GPU idle  overlap  possible  efficiency
history1  16.16 s  160.00 ms  900.00 µs   99.8 %    99.8 %           –
history   17.60 s       0 ns     1.60 s   91.0 %    91.0 %           –

idle mostly for
history1         transfer_wait/link_bound (75.0 %)
history          transfer_wait/link_bound (75.0 %)

a layer        wall  blocked  GPU idle  exposed H2D  steady state
history1  202.00 ms  2.00 ms  11.25 µs     11.25 µs     200.00 ms
history   220.00 ms     0 ns  20.00 ms     20.00 ms     200.00 ms
)out");
}

TEST(MovedText, NamesWhatGrew) {
  const history::Run run = examples::two_schedules();
  EXPECT_EQ(moved_text(run.cells[0], run.cells[1], {false, 80}),
            R"out(how the ledger moved                    base        new      change
wall                                 16.16 s    17.60 s     +1.44 s
H2D exposed                        900.00 µs     1.60 s     +1.60 s
GPU idle                           900.00 µs     1.60 s     +1.60 s
CPU blocked                        160.00 ms       0 ns  -160.00 ms
overlap                               99.8 %     91.0 %     -8.8 pt
overlap of possible                   99.8 %     91.0 %     -8.8 pt
───────────────────────────────────────────────────────────────────
idle for launch_latency            225.00 µs  400.00 ms  +399.77 ms
idle for transfer_wait/link_bound  675.00 µs     1.20 s     +1.20 s
)out");
}

}  // namespace
}  // namespace offledger::render
