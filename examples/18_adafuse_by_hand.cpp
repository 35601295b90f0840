// Lesson 18: one training step of AdaFuse, by formula and by `backward`.
//
// One clip of two frames, two channels, maps of one pixel. The numbers are chosen so that they can
// be followed with a pencil: logits and noise are multiples of ln 2, so soft samples are short
// decimals. docs/adafuse_by_hand.md derives each line.
//
// Prints the tables of that page: the forward, then each gradient in two columns, by formula and by
// `backward`, which agree; then the answers to the page's exercises.
// With the name of a file it draws the graph of the loss there, as SVG.
// SPDX-License-Identifier: MIT
#include <adafuse/fusion/cost.hpp>
#include <adafuse/fusion/fuse.hpp>
#include <adafuse/fusion/objective.hpp>
#include <adafuse/fusion/policy.hpp>
#include <adafuse/ops/conv2d.hpp>
#include <adafuse/ops/matmul.hpp>
#include <adafuse/report/draw_graph.hpp>
#include <cmath>
#include <cstdio>

using namespace adafuse;

namespace {

using Three = std::array<double, 3>;  // skip, reuse, keep

const double ln2 = std::log(2.0);
const double tau = 0.5, lambda = 0.2, up = 2, down = 2, base = 32;

// Frames t and channels c stand side by side: [t][c].
const double x[2][2] = {{1, 2}, {2, 1}};
const double conv[2][2] = {{2, 1}, {0, 2}};              // [out][in]
const double agent_rows[6][4] = {{0, -1, 1, 0},          // skip of channel 0, in units of ln 2
                                 {1, 0, 0, 0},           // reuse
                                 {0, 0, 0, 0},           // keep
                                 {0, 0, 0, 0},           // skip of channel 1
                                 {0, 0, 0, 0},           // reuse
                                 {1, 0, 1, 0}};          // keep
const Three noise[2][2] = {{{0.5, 0, 0}, {0, 0, -0.5}},  // in units of ln 2
                           {{0, 1, 1.5}, {3.5, 1.5, 0}}};
const double classes[2][2] = {{2, -1}, {-1, 2}};  // [class][channel]
const double bias[2] = {0, 2};                    // in units of ln 2; the label is class 0

/// A number with at most five decimals and no zeros to spare.
std::string text(double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.5f", value);
  std::string digits = buffer;
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return digits == "-0" ? "0" : digits;
}

void line(std::initializer_list<std::string> cells) {
  for (const auto& cell : cells) std::printf("| %s ", cell.c_str());
  std::printf("|\n");
}

void heading(std::initializer_list<std::string> cells) {
  std::printf("\n");
  line(cells);
  for (std::size_t i = 0; i < cells.size(); ++i) std::printf("|---");
  std::printf("|\n");
}

/// A gradient by formula and by backward.
void compare(const std::string& name, double formula, double backward) {
  line({name, text(formula), text(backward)});
}

std::string place(int t, int c) { return "t = " + text(t) + ", channel " + text(c); }

/// The soft sample of (log p + g) / tau; the constant between a logit and its log p drops out.
Three soft_sample(const Three& logits, const Three& g) {
  Three soft{};
  double total = 0;
  for (std::size_t k = 0; k < 3; ++k) total += soft[k] = std::exp2((logits[k] + g[k]) / tau);
  for (double& s : soft) s /= total;
  return soft;
}

std::size_t largest(const Three& s) {
  return static_cast<std::size_t>(std::max_element(s.begin(), s.end()) - s.begin());
}

/// dL/dlogit_k = s_k (G_k - sum_j s_j G_j) / tau, G = dL/dweights.
Three logit_gradient(const Three& s, const Three& G) {
  const double mean = s[0] * G[0] + s[1] * G[1] + s[2] * G[2];
  return {s[0] * (G[0] - mean) / tau, s[1] * (G[1] - mean) / tau, s[2] * (G[2] - mean) / tau};
}

/// What follows from the choices: the forward behind them and the gradients down to them.
struct Step {
  double y[2][2], z[2][2], p[2], dz[2], entropy, cost, loss;
  Three G[2][2];       // dL/dweights
  Three cost_G[2][2];  // dcost/dweights
};

Step step(const std::array<std::array<Three, 2>, 2>& w, CostKind kind = CostKind::real) {
  Step s{};
  double mean[2] = {0, 0};
  for (int t = 0; t < 2; ++t)
    for (int c = 0; c < 2; ++c) s.y[t][c] = conv[c][0] * x[t][0] + conv[c][1] * x[t][1];
  const auto at = [&](int t, int c) -> const Three& {
    return w[static_cast<std::size_t>(t)][static_cast<std::size_t>(c)];
  };
  for (int t = 0; t < 2; ++t)
    for (int c = 0; c < 2; ++c) {
      s.z[t][c] = at(t, c)[2] * s.y[t][c] + at(t, c)[1] * (t > 0 ? s.y[0][c] : 0);
      mean[c] += s.z[t][c] / 2;
    }
  const double o0 = classes[0][0] * mean[0] + classes[0][1] * mean[1] + bias[0] * ln2;
  const double o1 = classes[1][0] * mean[0] + classes[1][1] * mean[1] + bias[1] * ln2;
  s.p[0] = 1 / (1 + std::exp(o1 - o0));
  s.p[1] = 1 - s.p[0];
  s.entropy = -std::log(s.p[0]);
  s.cost = base;
  for (int c = 0; c < 2; ++c) {
    s.dz[c] = (classes[0][c] * (s.p[0] - 1) + classes[1][c] * s.p[1]) / 2;
    // The authors' code reads the first frame's keep where the last frame is charged.
    const int last = kind == CostKind::authors ? 0 : 1;
    s.cost -= up / 2 * (1 - at(0, c)[2]) * (1 - at(1, c)[1]) + up / 2 * (1 - at(last, c)[2]) +
              down / 2 * (at(0, c)[0] + at(1, c)[0]);
    s.cost_G[0][c] = {-down / 2, 0, up / 2 * (1 - at(1, c)[1])};
    s.cost_G[1][c] = {-down / 2, up / 2 * (1 - at(0, c)[2]), 0};
    s.cost_G[last][c][2] += up / 2;
    for (int t = 0; t < 2; ++t)
      s.G[t][c] = {lambda * s.cost_G[t][c][0],
                   s.dz[c] * (t > 0 ? s.y[0][c] : 0) + lambda * s.cost_G[t][c][1],
                   s.dz[c] * s.y[t][c] + lambda * s.cost_G[t][c][2]};
  }
  s.loss = s.entropy + lambda * s.cost;
  return s;
}

Three one_hot(std::size_t k) {
  Three w{};
  w[k] = 1;
  return w;
}

}  // namespace

int main(int argc, char** argv) {
  // ---- By formula ------------------------------------------------------------------------------
  const double seen[2][4] = {{0, 0, x[0][0], x[0][1]}, {x[0][0], x[0][1], x[1][0], x[1][1]}};
  const char* names[] = {"skip", "reuse", "keep"};
  std::array<std::array<Three, 2>, 2> logit{}, soft{}, chosen{};
  for (std::size_t t = 0; t < 2; ++t)
    for (std::size_t c = 0; c < 2; ++c) {
      for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t i = 0; i < 4; ++i) logit[t][c][k] += agent_rows[3 * c + k][i] * seen[t][i];
      soft[t][c] = soft_sample(logit[t][c], noise[t][c]);
      chosen[t][c] = one_hot(largest(soft[t][c]));
    }
  const Step hand = step(chosen);

  // ---- By the library --------------------------------------------------------------------------
  const auto images =
      parameter(Tensor<double>::of({{x[0][0], x[0][1]}, {x[1][0], x[1][1]}}).reshape({2, 2, 1, 1}));
  const auto filters =
      parameter(Tensor<double>::of({{conv[0][0], conv[0][1]}, {conv[1][0], conv[1][1]}})
                    .reshape({2, 2, 1, 1}));
  const auto head = parameter(
      Tensor<double>::of({{classes[0][0], classes[0][1]}, {classes[1][0], classes[1][1]}}));
  const auto head_bias = parameter(Tensor<double>::of({bias[0] * ln2, bias[1] * ln2}));
  const PolicyNetwork<double> agent({.in_channels = 2, .out_channels = 2, .layers = 1}, Key(1));
  const auto& fc = agent.linears().gate_fc.front();
  {
    const NoGrad guard;
    auto weight = fc.weight.mutable_value();
    for (Index r = 0; r < 6; ++r)
      for (Index i = 0; i < 4; ++i) weight(r, i) = agent_rows[r][i] * ln2;
  }
  Tensor<double> g({2, 2, 3});
  for (Index t = 0; t < 2; ++t)
    for (Index c = 0; c < 2; ++c)
      for (Index k = 0; k < 3; ++k) g(t, c, k) = noise[t][c][static_cast<std::size_t>(k)] * ln2;

  constexpr int only_step = 0;
  nn::Context<double> ctx(true, Key(2).of(only_step));
  const auto logits = agent.forward(images, 2, ctx);
  const auto weights = gumbel_softmax(logits, g, {.temperature = tau});
  const auto y = conv2d(images, filters);
  const auto z = fuse(y, weights, 2);
  const auto answer = mean(linear(reshape(z, {2, 2}), head, head_bias), 0, {.keepdim = true});
  const auto macs = [&](CostKind kind) {
    return adaptive_cost<double>(base, {{"block", {up, up}, {down, down}}},
                                 {{.block = "block", .weights = weights, .logits = {}}}, 2, kind);
  };
  const auto label = Tensor<std::int64_t>::of({0});
  const auto total = objective(answer, label, macs(CostKind::real), lambda);
  const auto d = grad<double>({total.loss}, {z, y, weights, logits}, {.retain_graph = true});
  if (argc > 1)
    report::write_svg(argv[1], report::draw_graph<double>(total.loss, {{images, "x"},
                                                                       {filters, "U"},
                                                                       {fc.weight, "A"},
                                                                       {fc.bias, "bias of A"},
                                                                       {head, "W"},
                                                                       {head_bias, "b"},
                                                                       {logits, "l"},
                                                                       {weights, "w"},
                                                                       {y, "y"},
                                                                       {z, "z"},
                                                                       {answer, "o"},
                                                                       {total.loss, "L"}}));
  backward(total.loss, {.retain_graph = true});

  // ---- Forward ---------------------------------------------------------------------------------
  heading({"where", "action", "logit / ln 2", "noise / ln 2", "soft", "chosen"});
  for (std::size_t t = 0; t < 2; ++t)
    for (std::size_t c = 0; c < 2; ++c)
      for (std::size_t k = 0; k < 3; ++k)
        line({place(static_cast<int>(t), static_cast<int>(c)), names[k], text(logit[t][c][k]),
              text(noise[t][c][k]), text(soft[t][c][k]), text(chosen[t][c][k])});
  heading({"where", "x", "y", "z by formula", "z by the library"});
  for (int t = 0; t < 2; ++t)
    for (int c = 0; c < 2; ++c)
      line({place(t, c), text(x[t][c]), text(hand.y[t][c]), text(hand.z[t][c]),
            text(z.value()(t, c, 0, 0))});
  heading({"what", "by formula", "by the library"});
  compare("cross-entropy", hand.entropy, total.cross_entropy.item());
  compare("cost", hand.cost, total.cost.item());
  compare("loss", hand.loss, total.loss.item());

  // ---- Gradients -------------------------------------------------------------------------------
  heading({"dL/d", "by formula", "by backward"});
  for (int t = 0; t < 2; ++t)
    for (int c = 0; c < 2; ++c) compare("z, " + place(t, c), hand.dz[c], d[0].value()(t, c, 0, 0));
  double dy[2][2];
  for (std::size_t c = 0; c < 2; ++c) {
    dy[0][c] = chosen[0][c][2] * hand.dz[c] + chosen[1][c][1] * hand.dz[c];
    dy[1][c] = chosen[1][c][2] * hand.dz[c];
  }
  for (int t = 0; t < 2; ++t)
    for (int c = 0; c < 2; ++c) compare("y, " + place(t, c), dy[t][c], d[1].value()(t, c, 0, 0));

  heading({"where", "action", "dL/dweight by formula", "by backward", "dL/dlogit by formula",
           "by backward"});
  Three dlogit[2][2];
  for (int t = 0; t < 2; ++t)
    for (int c = 0; c < 2; ++c) {
      dlogit[t][c] = logit_gradient(soft[static_cast<std::size_t>(t)][static_cast<std::size_t>(c)],
                                    hand.G[t][c]);
      for (std::size_t k = 0; k < 3; ++k) {
        const auto a = static_cast<Index>(k);
        line({place(t, c), names[k], text(hand.G[t][c][k]), text(d[2].value()(t, c, a)),
              text(dlogit[t][c][k]), text(d[3].value()(t, c, a))});
      }
    }

  // One of them with every step in between.
  heading({"t = 1, channel 0", "s", "G", "s G", "G - mean", "s (G - mean) / tau"});
  double mean_G = 0;
  for (std::size_t k = 0; k < 3; ++k) mean_G += soft[1][0][k] * hand.G[1][0][k];
  for (std::size_t k = 0; k < 3; ++k)
    line({names[k], text(soft[1][0][k]), text(hand.G[1][0][k]),
          text(soft[1][0][k] * hand.G[1][0][k]), text(hand.G[1][0][k] - mean_G),
          text(dlogit[1][0][k])});
  line({"sum", "1", "", text(mean_G), "", "0"});

  heading({"dL/d", "by formula", "by backward"});
  for (int r = 0; r < 6; ++r) {
    const auto k = static_cast<std::size_t>(r % 3);
    const std::string row = std::string(names[k]) + " of channel " + text(r / 3);
    for (int i = 0; i < 4; ++i)
      compare("agent's weight, " + row + ", input " + text(i),
              dlogit[0][r / 3][k] * seen[0][i] + dlogit[1][r / 3][k] * seen[1][i],
              fc.weight.grad().value()(r, i));
    compare("agent's bias, " + row, dlogit[0][r / 3][k] + dlogit[1][r / 3][k],
            fc.bias.grad().value()(r));
  }
  for (int c = 0; c < 2; ++c)
    for (int i = 0; i < 2; ++i)
      compare("conv's weight, channel " + text(c) + ", input " + text(i),
              dy[0][c] * x[0][i] + dy[1][c] * x[1][i], filters.grad().value()(c, i, 0, 0));
  for (int k = 0; k < 2; ++k) {
    const double doutput = hand.p[k] - (k == 0 ? 1 : 0);
    for (int c = 0; c < 2; ++c)
      compare("classifier's weight, class " + text(k) + ", channel " + text(c),
              doutput * (hand.z[0][c] + hand.z[1][c]) / 2, head.grad().value()(k, c));
    compare("classifier's bias, class " + text(k), doutput, head_bias.grad().value()(k));
  }
  for (int t = 0; t < 2; ++t)
    for (int i = 0; i < 2; ++i) {
      double dx = dy[t][0] * conv[0][i] + dy[t][1] * conv[1][i];
      for (int r = 0; r < 6; ++r) {
        const auto k = static_cast<std::size_t>(r % 3);
        dx += ln2 * agent_rows[r][2 + i] * dlogit[t][r / 3][k];  // as v_t
        if (t == 0)
          dx += ln2 * agent_rows[r][i] * dlogit[1][r / 3][k];  // as v_(t-1) of the next frame
      }
      compare("x, " + place(t, i), dx, images.grad().value()(t, i, 0, 0));
    }

  // ---- Exercises -------------------------------------------------------------------------------
  heading({"exercise 1", "value"});
  auto moved = chosen;
  Three raised = logit[0][0];
  raised[2] += 2;
  const Three raised_soft = soft_sample(raised, noise[0][0]);
  moved[0][0] = one_hot(largest(raised_soft));
  for (std::size_t k = 0; k < 3; ++k)
    line({std::string("soft, ") + names[k], text(raised_soft[k])});
  line({"cost", text(step(moved).cost)});
  line({"loss", text(step(moved).loss)});
  line({"change of the loss", text(step(moved).loss - hand.loss)});
  line({"change that the gradient promised", text(dlogit[0][0][2] * 2 * ln2)});

  heading({"exercise 2", "value"});
  auto reused = chosen;
  reused[0][0] = one_hot(1);
  line({"z, " + place(0, 0), text(step(reused).z[0][0])});
  line({"cost", text(step(reused).cost)});
  line({"loss", text(step(reused).loss)});

  heading({"exercise 3", "by formula", "by the library"});
  const Step authors = step(chosen, CostKind::authors);
  const auto slip = macs(CostKind::authors);
  const auto slip_gradient = grad<double>({slip}, {weights}, {.retain_graph = true});
  compare("authors' cost", authors.cost, slip.item());
  for (int t = 0; t < 2; ++t)
    for (int c = 0; c < 2; ++c)
      compare("authors' dcost/dkeep, " + place(t, c), authors.cost_G[t][c][2],
              slip_gradient[0].value()(t, c, 2));

  // The choice of t = 1, channel 0 is drawn anew, the others stay.
  heading({"exercise 4", "loss if chosen", "p", "exact gradient", "mean of straight-through",
           "of the exact"});
  Three p{}, loss{}, average{};
  std::array<Three, 3> G{};
  double sum_p = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    auto other = chosen;
    other[1][0] = one_hot(k);
    const Step s = step(other);
    loss[k] = s.loss;
    G[k] = s.G[1][0];
    sum_p += p[k] = std::exp2(logit[1][0][k]);
  }
  for (double& share : p) share /= sum_p;
  constexpr int draws = 1000000;
  const Key key(4);
  for (std::uint64_t n = 0; n < draws; ++n) {
    Three drawn{};
    for (std::size_t k = 0; k < 3; ++k) drawn[k] = key.gumbel(3 * n + k) / ln2;
    const Three s = soft_sample(logit[1][0], drawn);
    const Three estimate = logit_gradient(s, G[largest(s)]);
    for (std::size_t k = 0; k < 3; ++k) average[k] += estimate[k] / draws;
  }
  const double expected = p[0] * loss[0] + p[1] * loss[1] + p[2] * loss[2];
  for (std::size_t k = 0; k < 3; ++k) {
    const double exact = p[k] * (loss[k] - expected);
    char rounded[32], ratio[32];
    std::snprintf(rounded, sizeof rounded, "%.2f", average[k]);
    std::snprintf(ratio, sizeof ratio, "%.2f", average[k] / exact);
    line({names[k], text(loss[k]), text(p[k]), text(exact), rounded, ratio});
  }

  heading({"exercise 5", "by formula", "by backward"});
  const auto priced =
      grad<double>({cost_loss(total.cost, {.lambda = lambda})}, {logits}, {.retain_graph = true});
  Three price = hand.cost_G[1][0];
  for (double& each : price) each *= lambda;
  const Three part = logit_gradient(soft[1][0], price);
  for (std::size_t k = 0; k < 3; ++k)
    compare(std::string("lambda's part, ") + names[k], part[k],
            priced[0].value()(1, 0, static_cast<Index>(k)));
}
