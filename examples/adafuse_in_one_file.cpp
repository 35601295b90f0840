// AdaFuse in one file: the paper's network, its loss, every gradient and SGD, in plain loops.
//
// T frames of 12x12 pixels -> a convolution -> two adaptive residual blocks -> a linear -> the mean
// over the frames. Four gestures: a spot goes right, left, down or up. A clip backwards is a clip
// of another class, so single frames give 50 %; the network must look through time.
// Expect about ten seconds at -O2. Loss, accuracy on new clips and the share of
// multiply-accumulates go to stderr (near 0.1, 1 and 0.6). Then it prints whether more than 80 %
// are right ("the order of frames is learned: yes") and whether less than 90 % is computed. With a
// FILE it prints ten losses instead. FILE holds the parameters in the order of their making, then
// for each step labels [N], clips [N,T,12,12], noise [N*T,C,3] of both blocks. A test writes one
// with the library (tests/examples/one_file_losses.cpp); the losses agree within 1e-10. Paper: Meng
// et al., "AdaFuse", ICLR 2021. What differs: the size; lambda multiplies a share, not GFLOPs;
// logits stand as skip, reuse, keep, as in the authors' weights; no pretrained weights, no weight
// decay, clipping or dropout; batch norm takes the batch's statistics in evaluation too.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>
#include <vector>

namespace {
using Vec = std::vector<double>;
using std::size_t;
constexpr size_t N = 16, T = 4, F = N * T;              // clips, frames of a clip, frames
constexpr size_t side = 12, half = 6, P = half * half;  // pixels: a frame's side, a map's, a map
constexpr size_t C = 6, hidden = 16, K = 4;             // channels, units of an agent, classes
constexpr size_t skip = 0, reuse = 1, keep = 2;
constexpr double tau = 0.67, lambda = 0.1, rate = 0.05, momentum = 0.9;
constexpr double row = 9 * C * P;  // multiply-accumulates of one channel into or out of C others
constexpr double base = 9 * C * P + 4 * C * row + C * K;  // of a frame, all kept, without agents
std::mt19937_64 generator(1);
double uniform() { return (static_cast<double>(generator() >> 12) + 0.5) / 4503599627370496.0; }
double normal() { return std::normal_distribution<double>()(generator); }
Vec weights, gradients, velocities;  // of all parameters, one after the other
struct Parameter {
  size_t size, first = weights.size();
  Parameter(size_t count, double deviation, double mean = 0) : size(count) {
    for (size_t i = 0; i < size; ++i) weights.push_back(mean + deviation * normal());
    gradients.resize(weights.size()), velocities.resize(weights.size());
  }
  double operator[](size_t i) const { return weights[first + i]; }
  double& gradient(size_t i) const { return gradients[first + i]; }
};
// y[o] = b[o] + sum w[m] x[i] over products (o,m,i);  dw[m] += dy[o] x[i],  dx[i] += dy[o] w[m]
template <class Products>
struct Layer {
  Products products;
  size_t outputs;  // of a frame
  Parameter w, b;  // b is empty where there is no bias
  Vec x{};
  Vec forward(const Vec& input) {
    x = input;
    Vec y(F * outputs);
    for (size_t o = 0; o < y.size() && b.size > 0; ++o) y[o] = b[o % outputs];
    products.each([&](size_t o, size_t m, size_t i) { y[o] += w[m] * x[i]; });
    return y;
  }
  Vec backward(const Vec& dy) {
    Vec dx(x.size());
    for (size_t o = 0; o < dy.size() && b.size > 0; ++o) b.gradient(o % outputs) += dy[o];
    products.each([&](size_t o, size_t m, size_t i) { w.gradient(m) += dy[o] * x[i]; });
    products.each([&](size_t o, size_t m, size_t i) { dx[i] += dy[o] * w[m]; });
    return dx;
  }
};
// Convolution: y[f,k,i,j] = sum_{c,a,b} w[k,c,a,b] x[f,c, s i + a - 1, s j + b - 1], zero outside.
struct Windows {
  size_t in, from, stride;
  template <class Visit>
  void each(const Visit& visit) const {
    for (size_t o = 0; o < F * C * P; ++o)
      for (size_t cab = 0; cab < in * 9; ++cab) {
        const size_t p = stride * (o / half % half) + cab / 3 % 3;  // of row p - 1
        const size_t q = stride * (o % half) + cab % 3;             // and column q - 1
        if (p < 1 || q < 1 || p > from || q > from) continue;
        const size_t map = o / P / C * in + cab / 9;
        visit(o, o / P % C * in * 9 + cab, (map * from + p - 1) * from + q - 1);
      }
  }
};
// Linear: y[f,o] = sum_i w[o,i] x[f,i]; with the past, sum_i w[o,i] x[f-1,i] + w[o,in+i] x[f,i],
// where x[-1] of a clip is zero.
struct Rows {
  size_t in, out;
  bool past;
  template <class Visit>
  void each(const Visit& visit) const {
    for (size_t fo = 0; fo < F * out; ++fo)
      for (size_t i = 0; i < in; ++i) {
        const size_t f = fo / out, o = fo % out;
        if (past && f % T > 0) visit(fo, o * 2 * in + i, (f - 1) * in + i);
        visit(fo, past ? (o * 2 + 1) * in + i : o * in + i, f * in + i);
      }
  }
};
using Conv = Layer<Windows>;
using Linear = Layer<Rows>;
Conv conv(size_t in, size_t from, size_t stride) {
  const double deviation = std::sqrt(2.0 / static_cast<double>(9 * in));
  return {{in, from, stride}, C * P, {C * in * 9, deviation}, {0, 0}};
}
Linear linear(size_t in, size_t out, bool past, double deviation) {
  return {{in, out, past}, out, {in * out * (past ? 2 : 1), deviation}, {out, 0}};
}
// y = relu(w n + b + residual),  n = (x - mean) / sqrt(var + 1e-5), over frames and pixels.
// dy = 0 where y is (the residual's gradient);  db = sum dy,  dw = sum dy n,
// dx = w / sqrt(var + 1e-5) (dy - db / count - n dw / count)
struct Norm {
  size_t channels, pixels;
  Parameter w{channels, 0, 1}, b{channels, 0};
  double count = static_cast<double>(F * pixels);
  Vec n{}, y{}, mean{}, var{};
  size_t of(size_t i) const { return i / pixels % channels; }
  const Vec& forward(const Vec& x, const Vec& residual = {}) {
    n = y = x, mean = var = Vec(channels);
    for (size_t i = 0; i < x.size(); ++i) mean[of(i)] += x[i] / count;
    for (size_t i = 0; i < x.size(); ++i) var[of(i)] += std::pow(x[i] - mean[of(i)], 2) / count;
    for (size_t i = 0; i < x.size(); ++i) {
      n[i] = (x[i] - mean[of(i)]) / std::sqrt(var[of(i)] + 1e-5);
      y[i] = std::max(0.0, w[of(i)] * n[i] + b[of(i)] + (residual.empty() ? 0 : residual[i]));
    }
    return y;
  }
  Vec backward(Vec& dy) const {
    Vec dx(dy.size());
    for (size_t i = 0; i < dy.size(); ++i)
      dy[i] *= y[i] > 0, b.gradient(of(i)) += dy[i], w.gradient(of(i)) += dy[i] * n[i];
    for (size_t i = 0; i < dy.size(); ++i) {
      const double means = (b.gradient(of(i)) + n[i] * w.gradient(of(i))) / count;
      dx[i] = w[of(i)] / std::sqrt(var[of(i)] + 1e-5) * (dy[i] - means);
    }
    return dx;
  }
};
// v[f,c] = mean of the map x[f,c];  dx = dv / P
Vec pool(const Vec& x) {
  Vec v(F * C);
  for (size_t i = 0; i < x.size(); ++i) v[i / P] += x[i] / P;
  return v;
}
void pool_backward(const Vec& dv, Vec& dx) {
  for (size_t i = 0; i < dx.size(); ++i) dx[i] += dv[i / P] / P;
}
// p_i = exp(x_i) / sum_j exp(x_j), of each k numbers;  dx_i = p_i sum_j p_j (dp_i - dp_j)
Vec softmax(const Vec& x, size_t k) {
  Vec p(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    for (size_t j = i / k * k; j < i / k * k + k; ++j) p[i] += std::exp(x[j] - x[i]);
    p[i] = 1 / p[i];
  }
  return p;
}
Vec softmax_backward(const Vec& p, const Vec& dp, size_t k) {
  Vec dx(p.size());
  for (size_t i = 0; i < p.size(); ++i)
    for (size_t j = i / k * k; j < i / k * k + k; ++j) dx[i] += p[i] * p[j] * (dp[i] - dp[j]);
  return dx;
}
// Section 3.2: y_t = relu(bn(conv1(x_t))), z_t = keep_t y_t + reuse_t y_{t-1} with y_{-1} = 0,
// out_t = relu(bn(conv2(z_t)) + x_t). The agent: logits_t = fc1(relu(bn(fc0([v_{t-1}, v_t])))).
struct Block {
  Conv conv1 = conv(C, half, 1), conv2 = conv(C, half, 1);
  Norm bn1{C, P}, bn2{C, P}, gate_bn{hidden, 1};
  Linear fc0 = linear(C, hidden, true, 0.001), fc1 = linear(hidden, 3 * C, false, 0.001);
  Vec p{}, soft{}, hard{};
  // The choice: s = (log max(p, 1e-8) + g) / tau,  soft = softmax(s),  hard = one_hot(argmax s)
  const Vec& forward(const Vec& x, const Vec& noise) {
    p = softmax(fc1.forward(gate_bn.forward(fc0.forward(pool(x)))), 3);
    Vec s(p.size()), z(x.size());
    for (size_t i = 0; i < p.size(); ++i) s[i] = (std::log(std::max(p[i], 1e-8)) + noise[i]) / tau;
    soft = softmax(s, 3), hard = Vec(p.size());
    for (auto at = s.begin(); at != s.end(); at += 3)
      hard[static_cast<size_t>(std::max_element(at, at + 3) - s.begin())] = 1;
    const Vec& y = bn1.forward(conv1.forward(x));
    for (size_t i = 0; i < z.size(); ++i) {
      z[i] = hard[i / P * 3 + keep] * y[i];
      if (before(i)) z[i] += hard[i / P * 3 + reuse] * y[i - C * P];
    }
    return bn2.forward(conv2.forward(z), x);
  }
  // Section 3.3: saved = row / F sum ((1 - keep_t)(1 - reuse_{t+1}) + skip_t), reuse_{T+1} = 0
  double saved() const {
    double all = 0;
    for (size_t i = 0; i < F * C; ++i)
      all += row / F * ((1 - hard[i * 3 + keep]) * (1 - next(i)) + hard[i * 3 + skip]);
    return all;
  }
  // Straight-through: the gradient of the hard choice is given to the soft one.
  Vec backward(Vec dx) {  // dout comes in; behind bn2 it is the residual's part of dx
    const Vec dz = conv2.backward(bn2.backward(dx)), &y = bn1.y;
    Vec dy(y.size()), dchoice(hard.size());
    for (size_t i = 0; i < dz.size(); ++i) {
      dy[i] += hard[i / P * 3 + keep] * dz[i], dchoice[i / P * 3 + keep] += y[i] * dz[i];
      if (!before(i)) continue;
      dy[i - C * P] += hard[i / P * 3 + reuse] * dz[i];
      dchoice[i / P * 3 + reuse] += y[i - C * P] * dz[i];
    }
    const double price = lambda * row / F / base;  // of lambda (base - saved) / base
    for (size_t i = 0; i < F * C; ++i) {
      dchoice[i * 3 + keep] += price * (1 - next(i));
      dchoice[i * 3 + skip] -= price;
      if (before(i * P)) dchoice[i * 3 + reuse] += price * (1 - hard[(i - C) * 3 + keep]);
    }
    Vec dp = softmax_backward(soft, dchoice, 3);
    for (size_t i = 0; i < dp.size(); ++i) dp[i] = p[i] < 1e-8 ? 0 : dp[i] / tau / p[i];
    Vec dh = fc1.backward(softmax_backward(p, dp, 3));
    pool_backward(fc0.backward(gate_bn.backward(dh)), dx);
    const Vec through = conv1.backward(bn1.backward(dy));
    for (size_t i = 0; i < dx.size(); ++i) dx[i] += through[i];
    return dx;
  }
  static bool before(size_t i) { return i / (C * P) % T > 0; }  // Is there a frame before?
  double next(size_t i) const { return before((i + C) * P) ? hard[(i + C) * 3 + reuse] : 0; }
};
struct Batch {
  std::vector<size_t> labels = std::vector<size_t>(N);
  Vec clips = Vec(F * side * side), noise = Vec(F * C * 3), noise2 = noise;
};
// A spot of light, exp(-distance^2 / 3), crosses the frame. In training g = -log(-log u), else 0.
Batch draw(bool training) {
  Batch batch;
  for (size_t n = 0; n < N; ++n) {
    const size_t label = batch.labels[n] = generator() % K;
    const double across = 3 + 5 * uniform(), start = 4.5 + 2 * uniform();
    for (size_t i = 0; i < T * side * side; ++i) {
      const double u = 2.2 * (static_cast<double>(i / (side * side)) - 1.5);
      double y = static_cast<double>(i / side % side), x = static_cast<double>(i % side);
      if (label >= 2) std::swap(x, y);
      const double distance = std::hypot(x - start - (label % 2 == 0 ? u : -u), y - across);
      batch.clips[n * T * side * side + i] = std::exp(-distance * distance / 3) + 0.05 * normal();
    }
  }
  for (Vec* noise : {&batch.noise, &batch.noise2})
    for (double& g : *noise) g = training ? -std::log(-std::log(uniform())) : 0;
  return batch;
}
// logits = mean_t head(v_t),  loss = -mean log softmax(logits)[label] + lambda (1 - saved / base)
struct Net {
  Conv stem = conv(1, side, 2);
  Norm bn{C, P};
  Block first, second;
  Linear head = linear(C, K, false, 0.1);
  Vec p{};
  double share = 0, correct = 0;  // of the multiply-accumulates; of the clips
  double loss(const Batch& batch) {
    const Vec& x = first.forward(bn.forward(stem.forward(batch.clips)), batch.noise);
    const Vec frames = head.forward(pool(second.forward(x, batch.noise2)));
    Vec logits(N * K);
    for (size_t i = 0; i < F * K; ++i) logits[i / (T * K) * K + i % K] += frames[i] / T;
    p = softmax(logits, K), share = (base - first.saved() - second.saved()) / base, correct = 0;
    double sum = lambda * share;
    for (size_t n = 0; n < N; ++n) {
      const double* const of = &p[n * K];
      sum -= std::log(of[batch.labels[n]]) / N;
      if (std::max_element(of, of + K) == of + batch.labels[n]) correct += 1.0 / N;
    }
    return sum;
  }
  // dlogits = (softmax(logits) - one_hot(label)) / N, a T-th of it to each frame; then SGD:
  // velocity = momentum velocity + dx,  x = x - rate velocity
  void step(const Batch& batch) {
    std::fill(gradients.begin(), gradients.end(), 0);
    Vec dframes(F * K), dx(F * C * P);
    for (size_t i = 0; i < F * K; ++i)
      dframes[i] = (p[i / (T * K) * K + i % K] - (i % K == batch.labels[i / (T * K)] ? 1 : 0)) / F;
    pool_backward(head.backward(dframes), dx);
    stem.backward(bn.backward(dx = first.backward(second.backward(dx))));
    for (size_t i = 0; i < weights.size(); ++i)
      weights[i] -= rate * (velocities[i] = momentum * velocities[i] + gradients[i]);
  }
};
}  // namespace

int main(int argc, char** argv) {
  Net net;
  const bool given = argc > 1;
  std::ifstream file(given ? argv[1] : "");
  const auto read = [&file](auto& all) { std::ranges::for_each(all, [&](auto& x) { file >> x; }); };
  if (given) read(weights);
  double correct = 0, share = 0;
  for (int step = 1; step <= (given ? 10 : 300); ++step) {
    Batch b = given ? Batch() : draw(true);
    if (given) read(b.labels), read(b.clips), read(b.noise), read(b.noise2);
    if (given && (!file || *std::max_element(b.labels.begin(), b.labels.end()) >= K))
      return std::fprintf(stderr, "%s: expects parameters and ten steps\n", argv[1]), 1;
    const double loss = net.loss(b);
    net.step(b);
    if (given) std::printf("%.17g\n", loss);
    if (step % 100 > 0) continue;
    correct = share = 0;
    for (int i = 0; i < 20; ++i)
      net.loss(draw(false)), correct += net.correct / 20, share += net.share / 20;
    std::fprintf(stderr, "%d: loss %.3f, accuracy %.3f, share %.3f\n", step, loss, correct, share);
  }
  if (given) return 0;
  std::printf("the order of frames is learned: %s\n", correct > 0.8 ? "yes" : "no");
  std::printf("it computes less than everything: %s\n", share < 0.9 ? "yes" : "no");
}
