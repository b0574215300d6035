// SPDX-License-Identifier: Apache-2.0
#include "cli/map_picture.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>

namespace offledger::cli {
namespace {

constexpr int kCellWidth = 40, kCellHeight = 18, kLabelWidth = 128, kPanelGap = 34, kMargin = 16;
constexpr int kHeadHeight = 62, kPanelHead = 40, kPanelFoot = 22, kLegendHeight = 74;

struct Row {
  const char* label;
  const char* schedule;  ///< empty: stage12 at another depth
  std::uint32_t depth = 0;
  bool async = false;
};
constexpr std::array kRows{
    Row{"history1 (blocks, 4)", "history1"},     Row{"stage2 (blocks, 4)", "stage2"},
    Row{"blocking1 (blocks, 1)", "blocking1"},   Row{"history (async, 1)", "history", 0, true},
    Row{"stage1 (async, 4)", "stage1", 0, true}, Row{"stage12 (async, 4)", "stage12", 0, true},
    Row{"stage12 at depth 1", "", 1, true},      Row{"stage12 at depth 2", "", 2, true},
    Row{"stage12 at depth 8", "", 8, true}};

struct Shade {
  double least;  ///< percent
  const char* fill;
  const char* ink;
};
/// One hue, darker as it gets slower.
constexpr std::array kShades{Shade{-100, "#ffffff", "#767676"}, Shade{kTiePercent, "#deebf7", "#1b1b1b"},
                             Shade{2, "#9ecae1", "#1b1b1b"}, Shade{5, "#4292c6", "#ffffff"},
                             Shade{15, "#084594", "#ffffff"}};
constexpr const char* kFrame = "#d55e00";

Nanos wall_of(const MapPoint& point, const Row& row) {
  return row.depth == 0 ? point.wall.at(row.schedule) : point.by_depth.at(row.depth);
}

double slower_than(Nanos time, Nanos than) {
  return (static_cast<double>(time.count()) / static_cast<double>(than.count()) - 1) * 100;
}

const Shade& shade_of(double percent) {
  const Shade* found = &kShades.front();
  for (const Shade& shade : kShades) {
    if (percent >= shade.least) found = &shade;
  }
  return *found;
}

class Picture {
 public:
  void text(int x, int y, const std::string& words, const char* attributes = "") {
    put("<text x=\"{}\" y=\"{}\"{}{}>{}</text>\n", x, y, *attributes == '\0' ? "" : " ", attributes, words);
  }
  void box(int x, int y, int width, int height, const char* fill, const char* stroke) {
    put("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" stroke=\"{}\"/>\n", x, y, width,
        height, fill, stroke);
  }
  void frame(int x, int y) {
    put("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"{}\" "
        "stroke-width=\"2\"/>\n",
        x + 1, y + 1, kCellWidth - 2, kCellHeight - 2, kFrame);
  }
  template <typename... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// The points of one panel, in the map's order of ratios.
std::vector<const MapPoint*> panel_of(const std::vector<MapPoint>& map, bool fenced, double host) {
  std::vector<const MapPoint*> points;
  for (const MapPoint& point : map) {
    if (point.fenced == fenced && point.host == host) points.push_back(&point);
  }
  return points;
}

void draw_cell(Picture& picture, int x, int y, const MapPoint& point, const Row& row) {
  const double percent = slower_than(wall_of(point, row), point.fastest());
  const Shade& shade = shade_of(percent);
  picture.box(x, y, kCellWidth, kCellHeight, shade.fill, "#d0d0d0");
  const std::string words =
      std::abs(percent) < kTiePercent
          ? "="
          : fmt::format("{}{:.{}f}", percent < 0 ? "\u2212" : "", std::abs(percent), percent < 9.95 ? 1 : 0);
  picture.put("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"{}\">{}</text>\n", x + kCellWidth / 2,
              y + 13, shade.ink, words);
  if (row.async && slower_than(wall_of(point, row), point.wall.at("history1")) >= kTiePercent)
    picture.frame(x, y);
}

void draw_panel(Picture& picture, int x, int y, const std::vector<const MapPoint*>& points,
                const std::string& title) {
  picture.text(x, y + 14, title, "font-weight=\"bold\"");
  for (std::size_t column = 0; column < points.size(); ++column) {
    const int at = x + kLabelWidth + static_cast<int>(column) * kCellWidth;
    picture.text(at + kCellWidth / 2, y + kPanelHead - 6, fmt::format("{:g}", points[column]->ratio),
                 "text-anchor=\"middle\" fill=\"#444444\"");
    for (std::size_t row = 0; row < kRows.size(); ++row) {
      draw_cell(picture, at, y + kPanelHead + static_cast<int>(row) * kCellHeight, *points[column],
                kRows.at(row));
    }
  }
  for (std::size_t row = 0; row < kRows.size(); ++row) {
    picture.text(x + kLabelWidth - 8, y + kPanelHead + static_cast<int>(row) * kCellHeight + 13,
                 kRows.at(row).label, "text-anchor=\"end\"");
  }
}

void draw_legend(Picture& picture, int x, int y) {
  constexpr std::array kWords{"within 0.25 %", "to 2 %", "to 5 %", "to 15 %", "15 % and more"};
  picture.text(x, y + 13, "slower than the fastest by");
  x += 176;
  for (std::size_t i = 0; i < kShades.size(); ++i) {
    picture.box(x, y, kCellWidth, kCellHeight, kShades.at(i).fill, "#d0d0d0");
    picture.text(x + kCellWidth + 6, y + 13, kWords.at(i));
    x += kCellWidth + 104;
  }
  x = kMargin;
  picture.box(x, y + 30, kCellWidth, kCellHeight, "#ffffff", "#d0d0d0");
  picture.frame(x, y + 30);
  picture.text(x + kCellWidth + 6, y + 43,
               "an asynchronous schedule that is slower than history1, which blocks the host on every unit");
}

}  // namespace

std::string map_svg(const std::vector<MapPoint>& map) {
  std::vector<double> hosts;
  for (const MapPoint& point : map) {
    if (!point.fenced && (hosts.empty() || hosts.back() != point.host)) hosts.push_back(point.host);
  }
  const auto columns = static_cast<int>(hosts.empty() ? 0 : panel_of(map, false, hosts.front()).size());
  const int panel_width = kLabelWidth + columns * kCellWidth;
  const int panel_height = kPanelHead + static_cast<int>(kRows.size()) * kCellHeight + kPanelFoot;
  const int width = 2 * kMargin + 2 * panel_width + kPanelGap;
  const int height = kHeadHeight + static_cast<int>(hosts.size()) * panel_height + kLegendHeight;
  Picture picture;
  picture.put(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"sans-serif\" font-size=\"12\" fill=\"#1b1b1b\">\n",
      width, height);
  picture.box(0, 0, width, height, "#ffffff", "none");
  picture.text(kMargin, 26, "Which schedule wins where", "font-size=\"18\" font-weight=\"bold\"");
  picture.text(kMargin, 46,
               "One pass of 80 layers on a simulated device. Columns: transfer of a layer over its compute. "
               "Cells: % slower than "
               "the fastest of the first six (= ties).");
  for (std::size_t row = 0; row < hosts.size(); ++row) {
    const int y = kHeadHeight + static_cast<int>(row) * panel_height;
    const std::string host =
        hosts[row] == 0 ? "host free" : fmt::format("host busy for {:.0f} % of a layer", hosts[row] * 100);
    draw_panel(picture, kMargin, y, panel_of(map, false, hosts[row]),
               fmt::format("Copies start when issued; {}", host));
    draw_panel(picture, kMargin + panel_width + kPanelGap, y, panel_of(map, true, hosts[row]),
               fmt::format("Copies fenced behind compute; {}", host));
  }
  draw_legend(picture, kMargin, height - kLegendHeight + 6);
  picture.put("</svg>\n");
  return picture.take();
}

}  // namespace offledger::cli
