#pragma once
// A small plot of how figures grow, as SVG: one panel a series, logarithmic in x.

#include <string>
#include <vector>

namespace letopis::bench {

struct Point {
  double x, y;
};
struct Series {
  std::string title;
  std::vector<Point> points;
};
void write_plot(const std::string& path, const std::vector<Series>& panels);

}  // namespace letopis::bench
