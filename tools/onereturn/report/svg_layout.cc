#include <algorithm>
#include <cmath>
#include <numeric>

#include "tools/onereturn/report/svg.h"

namespace onereturn::client {

std::string EscapeXml(absl::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::vector<double> RoundTicks(double lowest, double highest, int wanted) {
  const double rough = (highest - lowest) / std::max(1, wanted);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) {
      step = factor * power;
      break;
    }
  }
  const double first = std::floor(lowest / step);
  const double last = std::ceil(highest / step);
  std::vector<double> ticks;
  for (double k = first; k <= last; k += 1) ticks.push_back(k * step);
  return ticks;
}

std::vector<double> SpreadLabels(const std::vector<double>& wanted, double gap, double lowest,
                                 double highest) {
  std::vector<size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return wanted[a] < wanted[b]; });
  std::vector<double> places = wanted;
  // Down from the top, then up from the bottom: the second pass undoes what ran over the end.
  double least = lowest;
  for (size_t index : order) {
    places[index] = std::max(places[index], least);
    least = places[index] + gap;
  }
  double most = highest;
  for (auto index = order.rbegin(); index != order.rend(); ++index) {
    places[*index] = std::min(places[*index], most);
    most = places[*index] - gap;
  }
  return places;
}

}  // namespace onereturn::client
