// SPDX-License-Identifier: Apache-2.0
//
// The simulated device: a deterministic discrete-event model of a host thread, FIFO streams, events, one
// compute engine, and a link whose bandwidth ready copies share. docs/simulated-device.md states its rules;
// the tests hold each against a timeline computed by hand. Integer arithmetic and a generator of its own: the
// same bytes out on every machine and compiler.

#pragma once

#include <memory>

#include "harness/device/device.hpp"
#include "harness/device/sim/profile.hpp"

namespace offledger::sim {

std::unique_ptr<device::Device> make_device(const Profile& profile, const Noise& noise = {});

}  // namespace offledger::sim
