// SPDX-License-Identifier: Apache-2.0

#include "schedules/base/hash.hpp"
#include "schedules/base/json.hpp"
#include "schedules/language/compile.hpp"
#include "schedules/language/plan_file.hpp"
#include "schedules/language/schedule.hpp"

namespace offledger::language {
namespace {

class JsonSchedule final : public Schedule {
 public:
  JsonSchedule(Policy policy, std::string hash) : policy_(std::move(policy)), hash_(std::move(hash)) {}

  const std::string& name() const noexcept override { return policy_.name; }
  const std::string& title() const noexcept override { return policy_.title; }
  const std::string& variant_of() const noexcept override { return policy_.variant_of; }
  const std::string& content_hash() const noexcept override { return hash_; }
  bool wraps() const noexcept override { return policy_.wrap; }
  plan::Plan compile(const plan::ModelShape& model) const override {
    return language::compile(policy_, model);
  }

 private:
  Policy policy_;
  std::string hash_;
};

bool is_path(const std::string& name) {
  return name.find('/') != std::string::npos || name.ends_with(".json");
}

}  // namespace

std::unique_ptr<Schedule> parse_schedule(std::string_view text, const std::string& file) {
  const json::Document document = json::Document::parse(text, file);
  if (is_plan_file(document.root())) return parse_plan_file(document.root(), content_hash(text));
  return std::make_unique<JsonSchedule>(parse_policy(document.root()), content_hash(text));
}

std::unique_ptr<Schedule> find_schedule(const std::string& name_or_path) {
  if (is_path(name_or_path)) return parse_schedule(json::read_file(name_or_path), name_or_path);
  if (const EmbeddedFile* file = find_embedded(catalogue_files(), name_or_path + ".json")) {
    return parse_schedule(file->text, std::string(file->name));
  }
  std::vector<std::string_view> known;
  for (const EmbeddedFile& file : catalogue_files()) {
    known.push_back(file.name.substr(0, file.name.size() - std::string_view(".json").size()));
  }
  throw Error(ErrorKind::kUsage, "no schedule '" + name_or_path + "' in the catalogue" +
                                     suggest(name_or_path, known) +
                                     "; a file's path has a '/' or ends in .json");
}

}  // namespace offledger::language
