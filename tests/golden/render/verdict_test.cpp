// SPDX-License-Identifier: Apache-2.0
//
// One verdict, examples::two_losses(), in the forms that people and CI systems read.
#include <gtest/gtest.h>

#include "reports/render/render.hpp"
#include "tests/golden/render/examples.hpp"

namespace {
std::string file_of(const std::string& schedule) {
  return "schedules/catalogue/" + schedule + ".json";
}
}  // namespace

namespace offledger::render {
namespace {

TEST(VerdictText, OnEightyColumns) {
  EXPECT_EQ(verdict_text(examples::two_losses(), {false, 80}),
            R"out(FAIL: 2 of 4 gate cells worse – history1 hides less of its transfer
base 1a2b3c4d5e6f at d36b4335f039 (the merge base), candidate 998877665544

Worse
                           base       new      change   90 % interval  margin
history1 on llama70b-prefill-8k
  overlap of possible    98.1 %    61.4 %    -36.7 pt  [-37.1, -36.2]  1.0 pt
  H2D bytes            10.00 GB  10.25 GB  +250.00 MB               –   exact

Improved
          base     new  change  margin
stage1 on llama70b-prefill-8k
  wall  2.10 s  2.00 s  -4.9 %   2.0 %

For information: these never fail on their own
                base        new       change      margin
history1 on llama70b-prefill-8k
  GPU idle  12.00 ms  140.00 ms  +6.0 % wall  1.0 % wall  fail

4 gate cells: 2 worse, 1 improved, 1 unchanged.
offledger-verdict: {"verdict":"fail","exit":1}
)out");
}

TEST(VerdictText, OnAHundredAndTwentyColumnsHasTheTestToo) {
  EXPECT_EQ(verdict_text(examples::two_losses(), {false, 120}),
            R"out(FAIL: 2 of 4 gate cells worse – history1 hides less of its transfer
base 1a2b3c4d5e6f at d36b4335f039 (the merge base), candidate 998877665544

Worse
                           base       new      change   90 % interval  margin    p adj        n
history1 on llama70b-prefill-8k
  overlap of possible    98.1 %    61.4 %    -36.7 pt  [-37.1, -36.2]  1.0 pt  <0.0001  10 v 10
  H2D bytes            10.00 GB  10.25 GB  +250.00 MB               –   exact        –  10 v 10

Improved
          base     new  change  margin
stage1 on llama70b-prefill-8k
  wall  2.10 s  2.00 s  -4.9 %   2.0 %

For information: these never fail on their own
                base        new       change      margin
history1 on llama70b-prefill-8k
  GPU idle  12.00 ms  140.00 ms  +6.0 % wall  1.0 % wall  fail

4 gate cells: 2 worse, 1 improved, 1 unchanged.
offledger-verdict: {"verdict":"fail","exit":1}
)out");
}

TEST(VerdictMarkdown, OfAPullRequest) {
  EXPECT_EQ(verdict_markdown(examples::two_losses()),
            R"out(### offledger: 2 of 4 cells worse – please read

history1 hides less of its transfer

base 1a2b3c4d5e6f at d36b4335f039 (the merge base), candidate 998877665544

| cell | metric | base | new | change [90 %] | margin | p adj | n | traces | state |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |
| history1 on llama70b-prefill-8k | `overlap_of_possible` | 98.1 % | 61.4 % | -36.7 pt \[-37.1, -36.2\] | 1.0 pt | &lt;0.0001 | 10 v 10 | – | fail |
| history1 on llama70b-prefill-8k | `h2d_bytes` | 10.00 GB | 10.25 GB | +250.00 MB | exact | – | 10 v 10 | – | fail |

<details><summary>Everything else: 1 improved, 1 unchanged, 1 for information</summary>

| cell | metric | base | new | change [90 %] | margin | p adj | n | traces | state |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |
| stage1 on llama70b-prefill-8k | `wall_ns` | 2.10 s | 2.00 s | -4.9 % | 2.0 % | – | 10 v 10 | – | improved |
| stage12 on llama70b-prefill-8k | `wall_ns` | 2.00 s | 2.00 s | +0.10 % | 2.0 % | – | 10 v 10 | – | pass |
| history1 on llama70b-prefill-8k | `gpu_idle_ns` | 12.00 ms | 140.00 ms | +6.0 % wall | 1.0 % wall | – | 10 v 10 | – | fail |

</details>

<!-- offledger-gate -->
)out");
}

TEST(VerdictAnnotations, OfAPullRequest) {
  EXPECT_EQ(
      verdict_annotations(examples::two_losses(), file_of),
      R"out(::error file=schedules/catalogue/history1.json,line=1,title=history1 on llama70b-prefill-8k::overlap of possible fell from 98.1 %25 to 61.4 %25 (-36.7 pt; margin 1.0 pt)
::error file=schedules/catalogue/history1.json,line=1,title=history1 on llama70b-prefill-8k::H2D bytes rose from 10.00 GB to 10.25 GB (+250.00 MB; margin exact)
::notice title=offledger gate::FAIL: 2 of 4 gate cells worse – history1 hides less of its transfer
)out");
}

TEST(VerdictJunit, OfAPullRequest) {
  EXPECT_EQ(verdict_junit(examples::two_losses()),
            R"out(<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="offledger gate" tests="4" failures="2" errors="0" skipped="0">
    <testcase classname="history1 on llama70b-prefill-8k" name="overlap_of_possible">
      <failure type="fail" message="overlap of possible fell from 98.1 % to 61.4 % (-36.7 pt; margin 1.0 pt)">interval [-37.1, -36.2], adjusted p &lt;0.0001, n 10 v 10</failure>
    </testcase>
    <testcase classname="history1 on llama70b-prefill-8k" name="h2d_bytes">
      <failure type="fail" message="H2D bytes rose from 10.00 GB to 10.25 GB (+250.00 MB; margin exact)">interval –, adjusted p –, n 10 v 10</failure>
    </testcase>
    <testcase classname="stage1 on llama70b-prefill-8k" name="wall_ns"/>
    <testcase classname="stage12 on llama70b-prefill-8k" name="wall_ns"/>
  </testsuite>
</testsuites>
)out");
}

}  // namespace
}  // namespace offledger::render
