// SPDX-License-Identifier: Apache-2.0
//
// Every schedule of the catalogue gives the all-resident run's bits, early or late.
#include "harness/device/cuda/check.hpp"

#include <iostream>

#include "harness/model/llama_reference.hpp"
#include "schedules/base/error.hpp"
#include "schedules/language/schedule.hpp"
#include "schedules/plan/verify.hpp"
#include "tests/gpu/needs_gpu.hpp"
#include "tests/gpu/small_llama.hpp"

namespace offledger::cuda {
namespace {

class SameAnswer : public test::GpuTest {
 protected:
  static void every_schedule(const model::Workload& workload) {
    Checker checker(workload, {});
    std::size_t checked = 0;
    for (const EmbeddedFile& file : language::catalogue_files()) {
      const std::string name(file.name);
      const auto schedule = language::parse_schedule(file.text, name);
      plan::Plan plan;
      try {
        plan = schedule->compile(workload.shape);
      } catch (const Error& error) {
        std::cout << name << " does not fit this model: " << error.what() << "\n";
        continue;
      }
      if (!plan::verify(plan).safe()) {
        std::cout << name << " is unsafe, as the verifier says\n";
        continue;
      }
      EXPECT_EQ(checker.check(plan).summary(), "") << name;
      ++checked;
    }
    EXPECT_GE(checked, 6U) << "the seed's schedules at least";
    for (const StepOutput& output : checker.expected()) EXPECT_TRUE(output.finite);
  }
};

TEST_F(SameAnswer, Prefill) {
  every_schedule(test::workload_of(test::small_llama(), 48, 1, 2));
}

TEST_F(SameAnswer, DecodeOfABatch) {
  every_schedule(test::workload_of(test::small_llama(), 1, 2, 3));
}

/// Each kind of host memory, whatever the schedule says.
TEST_F(SameAnswer, FromEveryKindOfHostMemory) {
  const model::Workload workload = test::workload_of(test::small_llama(), 48, 1, 3);
  Checker checker(workload, {});
  const plan::Plan plan = language::find_schedule("stage12")->compile(workload.shape);
  for (const plan::Source source : {plan::Source::kPinned, plan::Source::kRegistered, plan::Source::kPageable,
                                    plan::Source::kPinnedOnTheFly}) {
    plan::Plan changed = plan;
    for (auto* ops : {&changed.prologue, &changed.body}) {
      std::vector<plan::Op> with_pins;
      for (plan::Op op : *ops) {
        if (auto* copy = std::get_if<plan::Copy>(&op)) {
          copy->source = source;
          if (source == plan::Source::kPinnedOnTheFly) with_pins.emplace_back(plan::Pin{copy->bytes});
        }
        with_pins.push_back(op);
      }
      *ops = with_pins;
    }
    EXPECT_EQ(checker.check(changed).summary(), "") << "source " << static_cast<int>(source);
  }
}

TEST_F(SameAnswer, TheAllResidentRunIsTheReferences) {
  const model::LlamaConfig config = test::small_llama();
  const model::Workload workload = test::workload_of(config, 1, 1, 4);
  Options options;
  options.seed = 21;
  Checker checker(workload, options);
  const auto source = model::synthetic_weights(config, 21);
  model::LlamaReference reference(*source, 1);
  const auto expected = reference.generate(model::synthetic_tokens(config, 1, 21), 4);
  std::vector<std::int32_t> found;
  for (const StepOutput& output : checker.expected()) found.push_back(output.tokens.at(0));
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace offledger::cuda
