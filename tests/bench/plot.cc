#include "tests/bench/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace letopis::bench {
namespace {

constexpr int kWidth = 300, kHeight = 170, kLeft = 58, kTop = 34, kPlotWidth = 220, kPlotHeight = 100;

std::string short_number(double value) {
  char text[32];
  if (value >= 1e6)
    std::snprintf(text, sizeof text, "%.3g M", value / 1e6);
  else if (value >= 1e3)
    std::snprintf(text, sizeof text, "%.3g k", value / 1e3);
  else
    std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

void panel(std::ofstream& out, const Series& series, int left, int top) {
  out << "<g transform=\"translate(" << left << ',' << top << ")\"><text x=\"" << kLeft
      << "\" y=\"20\" font-weight=\"bold\">" << series.title << "</text>\n";
  if (series.points.empty()) {
    out << "</g>\n";
    return;
  }
  const double first = std::log10(series.points.front().x);
  const double span = std::max(0.1, std::log10(series.points.back().x) - first);
  double highest = 0;
  for (const auto& point : series.points) highest = std::max(highest, point.y);
  const auto x = [&](double v) { return kLeft + kPlotWidth * (std::log10(v) - first) / span; };
  const auto y = [&](double v) { return kTop + kPlotHeight * (1 - v / (highest * 1.1)); };
  out << "<path d=\"M" << kLeft << ',' << kTop << "V" << kTop + kPlotHeight << "H" << kLeft + kPlotWidth
      << "\" fill=\"none\" stroke=\"#888\"/>\n<polyline fill=\"none\" stroke=\"#1b5e9b\" stroke-width=\"2\" points=\"";
  for (const auto& point : series.points) out << x(point.x) << ',' << y(point.y) << ' ';
  out << "\"/>\n";
  for (const auto& point : series.points)
    out << "<circle cx=\"" << x(point.x) << "\" cy=\"" << y(point.y) << "\" r=\"3\" fill=\"#1b5e9b\"/><text x=\""
        << x(point.x) << "\" y=\"" << kTop + kPlotHeight + 14 << "\" text-anchor=\"middle\" font-size=\"9\">"
        << short_number(point.x) << "</text>\n";
  out << "<text x=\"" << kLeft - 6 << "\" y=\"" << y(highest) + 4 << "\" text-anchor=\"end\" font-size=\"10\">"
      << short_number(highest) << "</text><text x=\"" << kLeft - 6 << "\" y=\"" << kTop + kPlotHeight
      << "\" text-anchor=\"end\" font-size=\"10\">0</text></g>\n";
}

}  // namespace

void write_plot(const std::string& path, const std::vector<Series>& panels) {
  std::ofstream out(path);
  const int rows = (static_cast<int>(panels.size()) + 1) / 2;
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << 2 * kWidth << "\" height=\"" << rows * kHeight
      << "\" font-family=\"sans-serif\" font-size=\"12\"><rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  for (std::size_t i = 0; i < panels.size(); ++i)
    panel(out, panels[i], static_cast<int>(i % 2) * kWidth, static_cast<int>(i / 2) * kHeight);
  out << "</svg>\n";
}

}  // namespace letopis::bench
