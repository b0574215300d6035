// SPDX-License-Identifier: Apache-2.0
#include "cli/trace_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "reports/render/render.hpp"
#include "schedules/base/error.hpp"

namespace offledger::cli {

void write_trace(const trace::Timeline& timeline, const std::string& path) {
  const std::string temporary = path + ".part";
  const auto failed = [&] {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    return Error(ErrorKind::kNotMeasured,
                 fmt::format("{}: cannot write; is the folder there and the disk not full?", path));
  };
  {
    std::ofstream file(temporary, std::ios::binary);
    if (!file) throw failed();
    if (path.ends_with(".gz")) {
      render::GzipStream zipped(file);
      render::chrome_trace(timeline, zipped);
      zipped.close();
    } else {
      render::chrome_trace(timeline, file);
    }
    file.close();
    if (!file) throw failed();
  }
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (error) throw failed();
}

}  // namespace offledger::cli
