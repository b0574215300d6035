// SPDX-License-Identifier: Apache-2.0
//
// The injection library's settings, and the library itself in a process without a driver: it must say why it
// does not record, and let the program be.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "collectors/cupti/injection_settings.hpp"
#include "schedules/base/error.hpp"
#include "schedules/base/scratch_folder.hpp"

namespace offledger::cupti {
namespace {

using Table = std::map<std::string, std::string>;

InjectionSettings settings_of(const Table& table) {
  return read_injection_settings([&](const std::string& name) -> std::optional<std::string> {
    const auto at = table.find(name);
    return at == table.end() ? std::nullopt : std::optional(at->second);
  });
}

TEST(InjectionSettings, SurviveTheEnvironment) {
  InjectionSettings settings;
  settings.output = "/tmp/%p.offledger";
  settings.options.level = Level::kRuntime;
  settings.options.capture = {Capture::By::kRange, "decode step"};
  settings.options.graph_nodes = false;
  settings.delay_ms = 100;
  settings.duration_ms = 2000;
  settings.flush_ms = 50;
  settings.options.records = false;
  settings.notices = "/tmp/captures";
  const auto variables = injection_environment(settings, "/lib/x.so");
  const Table table(variables.begin(), variables.end());
  EXPECT_EQ(table.at("CUDA_INJECTION64_PATH"), "/lib/x.so");
  EXPECT_EQ(table.at("NVTX_INJECTION64_PATH"), "/lib/x.so");
  const InjectionSettings read = settings_of(table);
  EXPECT_EQ(read.output, settings.output);
  EXPECT_EQ(read.options.level, Level::kRuntime);
  EXPECT_EQ(read.options.capture, settings.options.capture);
  EXPECT_FALSE(read.options.graph_nodes);
  EXPECT_TRUE(read.options.streaming);
  EXPECT_EQ(read.delay_ms, 100u);
  EXPECT_EQ(read.duration_ms, 2000u);
  EXPECT_EQ(read.flush_ms, 50u);
  EXPECT_FALSE(read.options.records);
  EXPECT_EQ(read.notices, "/tmp/captures");
}

TEST(InjectionSettings, WrongOnesAreNamed) {
  const auto message = [](const Table& table) -> std::string {
    try {
      settings_of(table);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message({}), "OFFLEDGER_INJECT_OUTPUT: expected a path, with %p for the process's id, found ''");
  const auto with = [&](const char* name, const char* value) {
    return message({{"OFFLEDGER_INJECT_OUTPUT", "x"}, {name, value}});
  };
  EXPECT_EQ(with("OFFLEDGER_INJECT_LEVEL", "all"),
            "OFFLEDGER_INJECT_LEVEL: expected operations, runtime, sync or driver, found 'all'");
  EXPECT_NE(with("OFFLEDGER_INJECT_CAPTURE", "nvtx:"), "");
  EXPECT_NE(with("OFFLEDGER_INJECT_GRAPHS", "yes"), "");
  EXPECT_NE(with("OFFLEDGER_INJECT_DELAY_MS", "-1"), "");
  EXPECT_NE(with("OFFLEDGER_INJECT_DURATION_MS", "1s"), "");
  EXPECT_NE(with("OFFLEDGER_INJECT_FLUSH_MS", "0"), "");
  EXPECT_EQ(with("OFFLEDGER_INJECT_RECORDS", "maybe"),
            "OFFLEDGER_INJECT_RECORDS: expected yes or no, found 'maybe'");
}

TEST(InjectionSettings, APidsSecondRecordingHasANumber) {
  EXPECT_EQ(output_path("/a.b/r-%p.offledger", 7, 1), "/a.b/r-7.offledger");
  EXPECT_EQ(output_path("/a.b/r-%p.offledger", 7, 2), "/a.b/r-7-2.offledger");
  EXPECT_EQ(output_path("plain", 7, 3), "plain-3");
}

TEST(InjectionLibrary, WithoutADriverSaysWhyAndLetsTheProgramBe) {
  const auto library = injection_library();
  if (!library) GTEST_SKIP() << "liboffledger_inject.so is not beside this program";
  if (!why_unavailable()) GTEST_SKIP() << "this machine records";
  const ScratchFolder scratch;
  const std::string folder = scratch.path().string();
  const pid_t child = fork();
  if (child == 0) {
    setenv("OFFLEDGER_INJECT_OUTPUT", (folder + "/%p.offledger").c_str(), 1);
    void* handle = dlopen(library->c_str(), RTLD_NOW);
    if (handle == nullptr) _exit(2);
    const auto initialize = reinterpret_cast<int (*)()>(dlsym(handle, "InitializeInjection"));
    if (initialize == nullptr || dlsym(handle, "InitializeInjectionNvtx2") == nullptr) _exit(3);
    exit(initialize() == 1 && initialize() == 1 ? 0 : 4);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  std::ifstream problem(folder + "/" + std::to_string(child) + ".offledger.problem");
  std::string line;
  std::getline(problem, line);
  EXPECT_NE(line.find("no NVIDIA driver answers"), std::string::npos) << line;
  EXPECT_FALSE(std::filesystem::exists(folder + "/" + std::to_string(child) + ".offledger"));
}

}  // namespace
}  // namespace offledger::cupti
