// SPDX-License-Identifier: Apache-2.0
//
// The whole screen that explains examples::prefetch().
#include <gtest/gtest.h>

#include "reports/render/render.hpp"
#include "tests/golden/render/examples.hpp"

namespace offledger::render {
namespace {

TEST(ExplainText, IsOneScreenOfEightyColumns) {
  EXPECT_EQ(explain_text(examples::prefetch(), {false, 80}),
            R"out(Link-bound: the H2D link is busy 88.7 % of the time; no schedule of these copies
  and kernels saves more than 11.3 %.
61.4 % of the H2D transfer is hidden behind compute (83.4 % of what could be).
To change (link_bound): Move fewer bytes: keep layers resident, or quantise.
NVIDIA H200 · kineto

GPU 0: NVIDIA H200
                                time  of wall
compute only                22.68 ms   10.9 %  ███▎
compute and copy (hidden)  113.79 ms   54.5 %  ████████████████▍
copy only (exposed)         71.50 ms   34.2 %  ██████████▎
nothing runs (idle)        870.00 µs    0.4 %  ▏
─────────────────────────────────────────────────────────────────────────────
wall                       208.84 ms  100.0 %  GPU idle 72.37 ms (34.7 %)

GPU idle, by cause                      time  of idle
transfer_wait/link_bound via event  70.10 ms   96.9 %  █████████████▌
launch_latency                       2.27 ms    3.1 %  ▌

          busy     hidden   exposed  overlap     bytes        rate  copies
H2D  185.29 ms  113.79 ms  71.50 ms   61.4 %  10.27 GB  55.42 GB/s      54
22.68 ms of exposed H2D is avoidable; weights arrive 2.50 ms ahead of their
  kernel (median).

Launching thread: blocked 1.20 ms (0.6 %); held while the SMs were idle 1.00 ms
  (0.5 %); joins its step 180.00 ms (86.2 %).
held in               for     time  calls  thread
cudaEventSynchronize  h2d  1.20 ms      3  main

step       wall   compute  GPU idle  exposed H2D  overlap  CPU blocked
   0  104.42 ms  68.23 ms  36.19 ms     35.75 ms   61.4 %    600.00 µs  cold
   1  104.42 ms  68.23 ms  36.19 ms     35.75 ms   61.4 %    600.00 µs

longest waits before  step       gap   compute  H2D bytes  lead
L0.ffn                   0  18.70 ms  15.20 ms    1.41 GB  0 ns
L0.attn                  0   5.40 ms   6.70 ms  302.00 MB  0 ns

Diagnoses
link_bound (70.10 ms, 33.6 % of wall): 54 copies keep the link busy 88.7 % of
  the time
tiny_copies (2.20 ms, 1.1 % of wall): 40 copies below 1 MiB
  Merge the small tensors of a layer into one copy.

Doubts
clock_skew: a kernel began 1.2 us before its launch call
Records not used: 3 without timestamps.
)out");
}

}  // namespace
}  // namespace offledger::render
