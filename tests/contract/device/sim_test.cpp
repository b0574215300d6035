// SPDX-License-Identifier: Apache-2.0

#include "harness/device/sim/sim_device.hpp"
#include "tests/contract/device/device_contract.hpp"

namespace offledger::device::contract {
namespace {

Maker sim(const sim::Noise& noise) {
  Maker maker;
  maker.make = [noise] { return sim::make_device(sim::find_profile("h200"), noise); };
  maker.least_host_work = nanos(50'000 * (1000 - noise.permille) / 1000);
  return maker;
}

INSTANTIATE_TEST_SUITE_P(Sim, DeviceContract, testing::Values(sim({}), sim({11, 200})),
                         [](const auto& test) { return test.index == 0 ? "h200" : "h200_noisy"; });

}  // namespace
}  // namespace offledger::device::contract
