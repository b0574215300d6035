// SPDX-License-Identifier: Apache-2.0
//
// The whole trace of examples::two_layers(): every kind of row, arrow and counter that docs/chrome-trace.md
// names.
#include <gtest/gtest.h>

#include "reports/render/render.hpp"
#include "tests/golden/render/examples.hpp"

#include <sstream>

namespace offledger::render {
namespace {

std::string trace_of(const trace::Timeline& timeline) {
  std::ostringstream out;
  chrome_trace(timeline, out);
  return out.str();
}

TEST(ChromeTrace, OfTwoLayers) {
  EXPECT_EQ(trace_of(examples::two_layers()),
            R"out({"displayTimeUnit":"ns","baseTimeNanoseconds":900,"traceEvents":[
{"ph":"M","pid":1,"name":"process_name","args":{"name":"host: offledger"}},
{"ph":"M","pid":1,"name":"process_sort_index","args":{"sort_index":1}},
{"ph":"M","pid":1,"tid":1,"name":"thread_name","args":{"name":"main: ranges"}},
{"ph":"M","pid":1,"tid":1,"name":"thread_sort_index","args":{"sort_index":1}},
{"ph":"X","pid":1,"tid":1,"ts":0.000,"dur":1.700,"name":"L0.attn","cat":"range","args":{"step":0,"layer":0,"group":"attn","slot":1}},
{"ph":"M","pid":1,"tid":2,"name":"thread_name","args":{"name":"main"}},
{"ph":"M","pid":1,"tid":2,"name":"thread_sort_index","args":{"sort_index":2}},
{"ph":"X","pid":1,"tid":2,"ts":0.100,"dur":0.500,"name":"cudaMemcpyAsync","cat":"runtime","args":{"correlation":1}},
{"ph":"X","pid":1,"tid":2,"ts":0.600,"dur":0.500,"name":"cudaMemcpyAsync","cat":"runtime","args":{"correlation":2}},
{"ph":"X","pid":1,"tid":2,"ts":1.100,"dur":0.500,"name":"cudaLaunchKernel","cat":"runtime","args":{"correlation":3}},
{"ph":"M","pid":2,"name":"process_name","args":{"name":"GPU 0: sim:h200"}},
{"ph":"M","pid":2,"name":"process_sort_index","args":{"sort_index":2}},
{"ph":"M","pid":2,"tid":3,"name":"thread_name","args":{"name":"compute"}},
{"ph":"M","pid":2,"tid":3,"name":"thread_sort_index","args":{"sort_index":3}},
{"ph":"X","pid":2,"tid":3,"ts":2.700,"dur":2.500,"name":"mha<\"bf16\">","cat":"kernel","args":{"correlation":3}},
{"ph":"s","pid":1,"tid":2,"ts":1.100,"id":1,"name":"launch","cat":"launch"},
{"ph":"f","pid":2,"bp":"e","tid":3,"ts":2.700,"id":1,"name":"launch","cat":"launch"},
{"ph":"M","pid":2,"tid":4,"name":"thread_name","args":{"name":"weight_h2d"}},
{"ph":"M","pid":2,"tid":4,"name":"thread_sort_index","args":{"sort_index":4}},
{"ph":"X","pid":2,"tid":4,"ts":0.600,"dur":2.000,"name":"H2D","cat":"copy","args":{"bytes":110000,"GB/s":55.000,"source":"pinned","target":"device","correlation":1}},
{"ph":"s","pid":1,"tid":2,"ts":0.100,"id":2,"name":"launch","cat":"launch"},
{"ph":"f","pid":2,"bp":"e","tid":4,"ts":0.600,"id":2,"name":"launch","cat":"launch"},
{"ph":"X","pid":2,"tid":4,"ts":2.600,"dur":2.000,"name":"H2D","cat":"copy","args":{"bytes":110000,"GB/s":55.000,"source":"pinned","target":"device","correlation":2}},
{"ph":"s","pid":1,"tid":2,"ts":0.600,"id":3,"name":"launch","cat":"launch"},
{"ph":"f","pid":2,"bp":"e","tid":4,"ts":2.600,"id":3,"name":"launch","cat":"launch"},
{"ph":"C","pid":2,"ts":1.100,"name":"queued: compute","args":{"ops":1}},
{"ph":"C","pid":2,"ts":2.700,"name":"queued: compute","args":{"ops":0}},
{"ph":"C","pid":2,"ts":0.100,"name":"queued: weight_h2d","args":{"ops":1}},
{"ph":"C","pid":2,"ts":2.600,"name":"queued: weight_h2d","args":{"ops":0}},
{"ph":"C","pid":2,"ts":0.600,"name":"link: H2D","args":{"GB/s":55.000}},
{"ph":"C","pid":2,"ts":4.600,"name":"link: H2D","args":{"GB/s":0.000}},
{"ph":"M","pid":3,"name":"process_name","args":{"name":"GPU 0: sim:h200: copy engines"}},
{"ph":"M","pid":3,"name":"process_sort_index","args":{"sort_index":3}},
{"ph":"M","pid":3,"tid":5,"name":"thread_name","args":{"name":"H2D copy engine, channel 9"}},
{"ph":"M","pid":3,"tid":5,"name":"thread_sort_index","args":{"sort_index":5}},
{"ph":"X","pid":3,"tid":5,"ts":0.600,"dur":2.000,"name":"H2D","cat":"copy","args":{"bytes":110000,"GB/s":55.000,"source":"pinned","target":"device","correlation":1}},
{"ph":"X","pid":3,"tid":5,"ts":2.600,"dur":2.000,"name":"H2D","cat":"copy","args":{"bytes":110000,"GB/s":55.000,"source":"pinned","target":"device","correlation":2}}
],"otherData":{"schema":"offledger.trace/1","device_kind":"sim","recorded_by":"offledger sim","schedule":"tiny","complete":true,"skipped_records":0}}
)out");
}

}  // namespace
}  // namespace offledger::render
