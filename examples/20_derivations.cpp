// Lesson 20: four statements behind AdaFuse, each beside its derivation's number.
//
// docs/derivations.md derives them: that argmax (log p + g) draws from p; how far straight-through
// is from the exact gradient, where that is known; which channels need not be computed; and where
// what is charged is not what is run.
//
// Prints the tables of that page. Means of straight-through are there twice: by integrating over
// the noise, and by the library's own draws and `backward`.
// SPDX-License-Identifier: MIT
#include <adafuse/fusion/cost.hpp>
#include <adafuse/fusion/demand.hpp>
#include <adafuse/fusion/gumbel.hpp>
#include <cmath>
#include <cstdio>

using namespace adafuse;

namespace {

const Key key(19);

double logistic(double l) { return 1 / (1 + std::exp(-l)); }

void heading(std::initializer_list<const char*> cells) {
  std::printf("\n");
  for (const char* cell : cells) std::printf("| %s ", cell);
  std::printf("|\n");
  for (std::size_t i = 0; i < cells.size(); ++i) std::printf("|---");
  std::printf("|\n");
}

/// Rows of equal logits.
Variable<double> rows(Index count, std::initializer_list<double> logits) {
  Tensor<double> l({count, static_cast<Index>(logits.size())});
  for (Index i = 0; i < l.size(); ++i)
    l.data()[i] = logits.begin()[i % static_cast<Index>(logits.size())];
  return parameter(l);
}

// ---- Straight-through where the exact gradient is known ----------------------------------------
//
// Two actions, skip and keep, whose logits are 0 and l; z is 1 where kept, else 0; L = z^n. So the
// loss is 0 or 1, E[L] = p with p = logistic(l), and the exact gradient by l is p (1 - p).
// g_keep - g_skip is a logistic number: keep is chosen where l + noise > 0, and
// s = logistic((l + noise) / tau).

/// Straight-through's gradient of z^n by l: s (1 - s) / tau times the slope where the choice fell.
double straight_through_of(double l, double noise, double tau, int n) {
  const double s = logistic((l + noise) / tau);
  const double z = l + noise > 0 ? 1 : 0;
  return s * (1 - s) / tau * n * std::pow(z, n - 1);
}

/// The mean of f(noise) over logistic noise = log(u / (1 - u)), u even in [0, 1], by the midpoint
/// rule on both sides of where the choice changes, u = 1 - p.
template <class F>
double mean_over_noise(double l, const F& f) {
  constexpr int points = 100000;
  const double corner = 1 - logistic(l);
  double mean = 0;
  for (int i = 0; i < points; ++i) {
    const double at = (i + 0.5) / points;
    for (const auto& [from, size] : {std::pair{0.0, corner}, {corner, 1 - corner}}) {
      const double u = from + at * size;
      mean += f(std::log(u / (1 - u))) * size / points;
    }
  }
  return mean;
}

/// What the library's draws give: the mean of the gradient, and its standard deviation.
struct Drawn {
  double mean = 0, deviation = 0;
};

Drawn drawn(double l, double tau, int n) {
  constexpr Index count = 400000;
  const auto logits = rows(count, {0, l});
  // One key: every row of the table sees the same noise.
  const auto weights = gumbel_softmax(logits, key.of("draws"), {.temperature = tau});
  const auto z = slice(weights, 1, 1, 2);
  const auto loss = n == 1 ? z : n == 2 ? z * z : z * z * z;
  const auto gradient = grad<double>({sum(loss)}, {logits})[0].value();
  Drawn result;
  double squares = 0;
  for (Index i = 0; i < count; ++i) {
    result.mean += gradient(i, 1) / count;
    squares += gradient(i, 1) * gradient(i, 1) / count;
  }
  result.deviation = std::sqrt(squares - result.mean * result.mean);
  return result;
}

}  // namespace

int main() {
  // ---- argmax (log p + g) draws from p ---------------------------------------------------------
  constexpr Index draws = 1000000;
  const double p[] = {0.1, 0.3, 0.6};
  Tensor<double> noisy = gumbel_noise<double>({draws, 3}, key.of("argmax"));
  for (Index i = 0; i < noisy.size(); ++i) noisy.data()[i] += std::log(p[i % 3]);
  Index count[3] = {0, 0, 0};
  for (Index i = 0; i < draws; ++i) {
    const double* row = noisy.data() + 3 * i;
    ++count[std::max_element(row, row + 3) - row];
  }
  heading({"action", "p", "share of a million draws"});
  const char* names[] = {"skip", "reuse", "keep"};
  for (int k = 0; k < 3; ++k)
    std::printf("| %s | %.1f | %.3f |\n", names[k], p[k],
                static_cast<double>(count[k]) / static_cast<double>(draws));

  // ---- The bias of straight-through ------------------------------------------------------------
  heading({"p", "mean of s", "exact", "straight-through", "straight-through / exact"});
  for (const double chance : {0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98}) {
    constexpr double tau = 0.67;
    const double l = std::log(chance / (1 - chance)), exact = chance * (1 - chance);
    const double s = mean_over_noise(l, [&](double g) { return logistic((l + g) / tau); });
    const double slope =
        mean_over_noise(l, [&](double g) { return straight_through_of(l, g, tau, 1); });
    std::printf("| %.2f | %.3f | %.4f | %.4f | %.2f |\n", chance, s, exact, slope, slope / exact);
  }

  heading({"loss", "tau", "exact", "straight-through", "by the library's draws", "its deviation"});
  const double chance = 0.8, l = std::log(chance / (1 - chance));
  for (const int n : {1, 2, 3})
    for (const double tau : {0.05, 0.2, 0.67, 2.0, 5.0}) {
      const Drawn library = drawn(l, tau, n);
      std::printf("| %s | %.2f | %.2f | %.3f | %.2f | %.3f |\n",
                  n == 1   ? "z"
                  : n == 2 ? "z^2"
                           : "z^3",
                  tau, chance * (1 - chance),
                  mean_over_noise(l, [&](double g) { return straight_through_of(l, g, tau, n); }),
                  library.mean, library.deviation);
    }

  // ---- (1 - keep_t)(1 - reuse_(t+1)) -----------------------------------------------------------
  // One channel, two frames; computing it costs 1, reading it 1.
  const std::vector<ChannelCosts> costs{{"block", {1}, {1}}};
  const auto charged = [&](Action first, Action second, CostKind kind) {
    const auto actions = Tensor<std::uint8_t>::of(
        {{static_cast<std::uint8_t>(first)}, {static_cast<std::uint8_t>(second)}});
    // The sum of both frames, of which each costs at most 2.
    return 2 * adaptive_cost<double>(
                   2, costs,
                   {{.block = "block", .weights = one_hot_actions<double>(actions), .logits = {}}},
                   2, kind)
                   .item();
  };
  heading({"at t", "at t + 1", "(1 - keep_t)(1 - reuse_(t+1))", "computed at t"});
  for (const Action now : all_actions)
    for (const Action next : all_actions) {
      const int keep = now == Action::keep, reuse = next == Action::reuse;
      std::printf("| %s | %s | %d | %s |\n", std::string(row_of(now).name).c_str(),
                  std::string(row_of(next).name).c_str(), (1 - keep) * (1 - reuse),
                  is_computed(now, next) ? "yes" : "no");
    }

  // ---- What is charged, and what is run --------------------------------------------------------
  heading({"at t = 0", "at t = 1", "computing, charged", "run", "reading, charged", "run"});
  for (const Action first : {Action::reuse, Action::skip})
    for (const Action second : all_actions) {
      const auto actions = Tensor<std::uint8_t>::of(
          {{static_cast<std::uint8_t>(first)}, {static_cast<std::uint8_t>(second)}});
      const Demand needs = demand(actions, 2);
      const double reading = charged(first, second, CostKind::upper_bound) - 2;
      const double computing = charged(first, second, CostKind::real) - reading;
      std::printf("| %s | %s | %.0f | %d | %.0f | %d |\n", std::string(row_of(first).name).c_str(),
                  std::string(row_of(second).name).c_str(), computing,
                  needs.computed(0, 0) + needs.computed(1, 0), reading,
                  needs.live(0, 0) + needs.live(1, 0));
    }
}
