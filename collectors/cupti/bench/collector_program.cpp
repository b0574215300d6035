// SPDX-License-Identifier: Apache-2.0
//
// A program to be recorded from outside, which ends as its argument says: exit, _exit, kill (itself, at
// once), fork (a child that does nothing ends first), exec (itself, once more); or marks what is to be
// captured: profiler (cudaProfilerStart and Stop around the third and fourth of its steps, one by one).
// Prints what it did.
#include <cuda_profiler_api.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "collectors/cupti/bench/program.hpp"
#include "collectors/cupti/bench/workload.hpp"

namespace {

using offledger::cupti::bench::Program;

constexpr int kSteps = 5;

void run_steps(Program& program, bool marks) {
  for (int step = 0; step < kSteps; ++step) {
    const bool marked = marks && (step == 2 || step == 3);
    if (marked) OFFLEDGER_CUDART(cudaProfilerStart());
    program.streamed_step(step);
    OFFLEDGER_CUDART(cudaDeviceSynchronize());
    if (marked) OFFLEDGER_CUDART(cudaProfilerStop());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "exit";
  offledger::cupti::bench::require_device();
  Program program;
  run_steps(program, mode == "profiler");
  program.driver_launch();
  OFFLEDGER_CUDART(cudaDeviceSynchronize());
  std::printf("kernels %zu copies %zu ranges %zu\n", program.done().kernels, program.done().copies,
              program.done().ranges);
  std::fflush(stdout);
  if (mode == "fork") {
    const pid_t child = fork();
    if (child == 0) std::exit(0);
    waitpid(child, nullptr, 0);
  }
  if (mode == "_exit" || mode == "kill") {
    // Two flushes' time: what was done above is to be in the file.
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    if (mode == "kill") raise(SIGKILL);
    _exit(0);
  }
  if (mode == "exec") {
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    execl("/proc/self/exe", argv[0], "exit", nullptr);
    return 1;
  }
  return 0;
}
