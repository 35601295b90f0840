// AdaFuse in one file: the paper's network, its loss, every gradient and SGD, in plain loops.
//
// T frames of 12x12 pixels -> a convolution -> two adaptive residual blocks -> a linear -> the mean
// over the frames. Four gestures: a spot goes right, left, down or up. A clip backwards is a clip
// of another class, so single frames give 50 %; the network must look through time.
//
// Expect about half a minute at -O2. While it trains it writes the mean loss, the accuracy on clips
// that it has not seen and the share of multiply-accumulates to stderr; at the end it prints
//   the order of frames is learned: yes      (more than 80 % right)
//   it computes less than everything: yes    (less than 90 % of the multiply-accumulates)
// With a FILE it prints ten losses instead: FILE holds numbers, parameters in the order of
// `Net::parameters`, then for each step labels [N], clips [N,T,12,12], noise [N*T,C,3] of each
// block. A test writes such a file with the library, and compares the losses within 1e-10.
//
// Paper: Meng et al., "AdaFuse", ICLR 2021. What differs: the size; no pretrained weights; lambda
// multiplies the share of multiply-accumulates, not GFLOPs; logits stand as skip, reuse, keep (the
// order of the authors' weights); no weight decay, no clipping of gradients, no dropout.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <random>
#include <vector>

namespace {
using Vec = std::vector<double>;
using std::size_t;

constexpr size_t N = 16, T = 4, F = N * T;  // clips, frames of a clip, frames
constexpr size_t side = 12, half = 6,
                 P = half * half;            // pixels: of a frame, of a map's side, a map
constexpr size_t C = 6, hidden = 16, K = 4;  // channels, units of an agent, classes
constexpr size_t skip = 0, reuse = 1, keep = 2;
constexpr double tau = 0.67, lambda = 0.1, rate = 0.05, momentum = 0.9;
constexpr double row = 9 * C * P;  // multiply-accumulates of one channel into or out of C others
constexpr double base = 9 * C * P + 4 * C * row + C * K;  // of a frame, all kept, without agents

std::mt19937_64 generator(1);
double uniform() { return (static_cast<double>(generator() >> 12) + 0.5) / 4503599627370496.0; }
double normal() {
  return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
}

struct Parameter {
  Vec x, dx, velocity;
  explicit Parameter(size_t size, double deviation = 0, double mean = 0)
      : x(size, mean), dx(size), velocity(size) {
    for (double& number : x) number += deviation * normal();
  }
};

// y[o] = b[o] + sum w[m] x[i] over the products (o, m, i);  dw[m] += dy[o] x[i],  dx[i] += dy[o]
// w[m].
template <class Products>
struct Layer {
  Products products;
  size_t outputs;  // of a frame
  Parameter w, b;  // b is empty where there is no bias
  Vec x{};
  Vec forward(const Vec& input) {
    x = input;
    Vec y(F * outputs);
    for (size_t o = 0; o < y.size() && !b.x.empty(); ++o) y[o] = b.x[o % outputs];
    products.each([&](size_t o, size_t m, size_t i) { y[o] += w.x[m] * x[i]; });
    return y;
  }
  Vec backward(const Vec& dy) {
    Vec dx(x.size());
    for (size_t o = 0; o < dy.size() && !b.x.empty(); ++o) b.dx[o % outputs] += dy[o];
    products.each([&](size_t o, size_t m, size_t i) {
      w.dx[m] += dy[o] * x[i];
      dx[i] += dy[o] * w.x[m];
    });
    return dx;
  }
};

// Convolution: y[f,k,i,j] = sum_{c,a,b} w[k,c,a,b] x[f,c, s i + a - 1, s j + b - 1], zero outside.
struct Windows {
  size_t in, from, stride;
  template <class Visit>
  void each(const Visit& visit) const {
    for (size_t fk = 0; fk < F * C; ++fk)
      for (size_t ij = 0; ij < P; ++ij)
        for (size_t c = 0; c < in; ++c)
          for (size_t ab = 0; ab < 9; ++ab) {
            const size_t p = stride * (ij / half) + ab / 3, q = stride * (ij % half) + ab % 3;
            if (p < 1 || q < 1 || p > from || q > from) continue;  // p - 1, q - 1 are meant
            visit(fk * P + ij, (fk % C * in + c) * 9 + ab,
                  ((fk / C * in + c) * from + p - 1) * from + q - 1);
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
    for (size_t f = 0; f < F; ++f)
      for (size_t o = 0; o < out; ++o)
        for (size_t i = 0; i < in; ++i) {
          if (past && f % T > 0) visit(f * out + o, o * 2 * in + i, (f - 1) * in + i);
          visit(f * out + o, past ? (o * 2 + 1) * in + i : o * in + i, f * in + i);
        }
  }
};

using Conv = Layer<Windows>;
using Linear = Layer<Rows>;
Conv conv(size_t in, size_t from, size_t stride) {
  const double deviation = std::sqrt(2.0 / static_cast<double>(9 * in));
  return {{in, from, stride}, C * P, Parameter(C * in * 9, deviation), Parameter(0)};
}
Linear linear(size_t in, size_t out, bool past, double deviation) {
  return {{in, out, past}, out, Parameter(in * out * (past ? 2 : 1), deviation), Parameter(out)};
}

// y = w n + b,  n = (x - mean) / sqrt(var + 1e-5), over frames and pixels; in evaluation with the
// running mean and variance.
struct Norm {
  size_t channels, pixels;
  Parameter w, b;
  Vec mean, var, n{}, scale{};
  Norm(size_t c, size_t p) : channels(c), pixels(p), w(c, 0, 1), b(c), mean(c), var(c, 1) {}
  Vec forward(const Vec& x, bool training) {
    n = x, scale = Vec(channels);
    Vec y(x.size());
    const auto count = static_cast<double>(F * pixels);
    for (size_t c = 0; c < channels; ++c) {
      double m = mean[c], v = var[c];
      if (training) {
        m = v = 0;
        each(c, [&](size_t i) { m += x[i] / count; });
        each(c, [&](size_t i) { v += (x[i] - m) * (x[i] - m) / count; });
        mean[c] += 0.1 * (m - mean[c]);
        var[c] += 0.1 * (v * count / (count - 1) - var[c]);
      }
      scale[c] = 1 / std::sqrt(v + 1e-5);
      each(c, [&](size_t i) { n[i] = (x[i] - m) * scale[c], y[i] = w.x[c] * n[i] + b.x[c]; });
    }
    return y;
  }
  // dw = sum dy n,  db = sum dy,  dx = w scale (dy - mean(dy) - n mean(dy n))
  Vec backward(const Vec& dy) {
    Vec dx(dy.size());
    const auto count = static_cast<double>(F * pixels);
    for (size_t c = 0; c < channels; ++c) {
      double db = 0, dw = 0;
      each(c, [&](size_t i) { db += dy[i], dw += dy[i] * n[i]; });
      w.dx[c] += dw, b.dx[c] += db;
      each(c,
           [&](size_t i) { dx[i] = w.x[c] * scale[c] * (dy[i] - db / count - n[i] * dw / count); });
    }
    return dx;
  }
  template <class Visit>
  void each(size_t c, const Visit& visit) const {
    for (size_t f = 0; f < F; ++f)
      for (size_t p = 0; p < pixels; ++p) visit((f * channels + c) * pixels + p);
  }
};

// y = max(x, 0);  dx = dy where y > 0
Vec relu(Vec x) {
  for (double& number : x) number = std::max(number, 0.0);
  return x;
}
Vec relu_backward(const Vec& y, Vec dy) {
  for (size_t i = 0; i < y.size(); ++i) dy[i] = y[i] > 0 ? dy[i] : 0;
  return dy;
}

// v[f,c] = mean of the map x[f,c];  dx = dv / P
Vec pool(const Vec& x) {
  Vec v(F * C);
  for (size_t i = 0; i < x.size(); ++i) v[i / P] += x[i] / P;
  return v;
}
void pool_backward(const Vec& dv, Vec& dx) {
  for (size_t i = 0; i < dx.size(); ++i) dx[i] += dv[i / P] / P;
}

// p_i = exp(x_i) / sum_j exp(x_j), of each k numbers;  dx_i = p_i (dp_i - sum_j p_j dp_j)
Vec softmax(const Vec& x, size_t k) {
  Vec p(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    double sum = 0;  // 1 / inf is 0, as it should be
    for (size_t j = i / k * k; j < i / k * k + k; ++j) sum += std::exp(x[j] - x[i]);
    p[i] = 1 / sum;
  }
  return p;
}
Vec softmax_backward(const Vec& p, const Vec& dp, size_t k) {
  Vec dx(p.size());
  for (size_t i = 0; i < p.size(); ++i) {
    double sum = 0;
    for (size_t j = i / k * k; j < i / k * k + k; ++j) sum += p[j] * dp[j];
    dx[i] = p[i] * (dp[i] - sum);
  }
  return dx;
}

// Section 3.2: y_t = relu(bn(conv1(x_t))), z_t = keep_t y_t + reuse_t y_{t-1} with y_{-1} = 0,
// out_t = relu(bn(conv2(z_t)) + x_t). The agent: logits_t = fc1(relu(bn(fc0([v_{t-1}, v_t])))).
struct Block {
  Conv conv1 = conv(C, half, 1), conv2 = conv(C, half, 1);
  Norm bn1{C, P}, bn2{C, P}, gate_bn{hidden, 1};
  Linear fc0 = linear(C, hidden, true, 0.001), fc1 = linear(hidden, 3 * C, false, 0.001);
  Vec y{}, h{}, p{}, soft{}, hard{}, out{};

  // s = (log max(p, 1e-8) + g) / tau,  soft = softmax(s),  hard = one_hot(argmax s)
  void choose(const Vec& logits, const Vec& noise) {
    p = softmax(logits, 3);
    Vec s(p.size());
    for (size_t i = 0; i < p.size(); ++i) s[i] = (std::log(std::max(p[i], 1e-8)) + noise[i]) / tau;
    soft = softmax(s, 3);
    hard = Vec(p.size());
    for (auto at = s.begin(); at != s.end(); at += 3)
      hard[static_cast<size_t>(std::max_element(at, at + 3) - s.begin())] = 1;
  }
  Vec forward(const Vec& x, const Vec& noise, bool training) {
    h = relu(gate_bn.forward(fc0.forward(pool(x)), training));
    choose(fc1.forward(h), noise);
    y = relu(bn1.forward(conv1.forward(x), training));
    Vec z(y.size());
    for (size_t i = 0; i < z.size(); ++i)
      z[i] =
          hard[i / P * 3 + keep] * y[i] + (before(i) ? hard[i / P * 3 + reuse] * y[i - C * P] : 0);
    out = bn2.forward(conv2.forward(z), training);
    for (size_t i = 0; i < x.size(); ++i) out[i] += x[i];
    return out = relu(out);
  }
  // Section 3.3: saved = (row / F) sum_{t,c} ((1 - keep_t)(1 - reuse_{t+1}) + skip_t), reuse_{T+1}
  // = 0.
  double saved() const {
    double sum = 0;
    for (size_t i = 0; i < F * C; ++i)
      sum += (1 - hard[i * 3 + keep]) * (1 - reused_later(i)) + hard[i * 3 + skip];
    return row * sum / F;
  }
  // Straight-through: the gradient of the hard choice is given to the soft one.
  Vec backward(const Vec& dout) {
    Vec dx = relu_backward(out, dout), dy(y.size()), dchoice(hard.size());
    const Vec dz = conv2.backward(bn2.backward(dx));
    for (size_t i = 0; i < dz.size(); ++i) {
      dy[i] += hard[i / P * 3 + keep] * dz[i];
      dchoice[i / P * 3 + keep] += y[i] * dz[i];
      if (!before(i)) continue;
      dy[i - C * P] += hard[i / P * 3 + reuse] * dz[i];
      dchoice[i / P * 3 + reuse] += y[i - C * P] * dz[i];
    }
    const double price = lambda * row / F / base;  // of lambda (base - saved) / base
    for (size_t i = 0; i < F * C; ++i) {
      dchoice[i * 3 + keep] += price * (1 - reused_later(i));
      dchoice[i * 3 + skip] -= price;
      if (before(i * P)) dchoice[i * 3 + reuse] += price * (1 - hard[(i - C) * 3 + keep]);
    }
    Vec dp = softmax_backward(soft, dchoice, 3);
    for (size_t i = 0; i < dp.size(); ++i) dp[i] = p[i] < 1e-8 ? 0 : dp[i] / tau / p[i];
    const Vec dh = fc1.backward(softmax_backward(p, dp, 3));
    pool_backward(fc0.backward(gate_bn.backward(relu_backward(h, dh))), dx);
    const Vec through = conv1.backward(bn1.backward(relu_backward(y, dy)));
    for (size_t i = 0; i < dx.size(); ++i) dx[i] += through[i];
    return dx;
  }
  static bool before(size_t i) { return i / (C * P) % T > 0; }  // Is there a frame before?
  double reused_later(size_t i) const {
    return (i / C + 1) % T > 0 ? hard[(i + C) * 3 + reuse] : 0;
  }
};

struct Batch {
  std::vector<size_t> labels = std::vector<size_t>(N);
  Vec clips = Vec(F * side * side), noise[2] = {Vec(F * C * 3), Vec(F*C * 3)};
};

// A spot of light, exp(-distance^2 / 3), that crosses the frame; noise g = -log(-log u) if
// training.
Batch draw(bool training) {
  Batch batch;
  for (size_t n = 0; n < N; ++n) {
    const size_t label = batch.labels[n] = generator() % K;
    const double across = 3 + 5 * uniform(), shift = 2 * uniform() - 1;
    for (size_t t = 0; t < T; ++t) {
      const double u = 2.2 * (static_cast<double>(t) - 1.5);
      const double along = 5.5 + shift + (label % 2 == 0 ? u : -u);
      for (size_t i = 0; i < side * side; ++i) {
        const auto y = static_cast<double>(i / side), x = static_cast<double>(i % side);
        const double distance =
            label < 2 ? std::hypot(x - along, y - across) : std::hypot(y - along, x - across);
        batch.clips[(n * T + t) * side * side + i] =
            std::exp(-distance * distance / 3) + 0.05 * normal();
      }
    }
  }
  for (Vec& noise : batch.noise)
    for (double& g : noise) g = training ? -std::log(-std::log(uniform())) : 0;
  return batch;
}

// logits = mean_t head(v_t),  loss = -mean_n log softmax(logits)[label] + lambda (base - saved) /
// base
struct Net {
  Conv stem = conv(1, side, 2);
  Norm bn{C, P};
  Block first, second;
  Linear head = linear(C, K, false, 0.1);
  Vec x{}, p{};
  double share = 0, correct = 0;  // of the multiply-accumulates; of the clips

  std::vector<Parameter*> parameters() {
    std::vector<Parameter*> all{&stem.w, &bn.w, &bn.b};
    for (Block* b : {&first, &second})
      for (Parameter* p :
           {&b->conv1.w, &b->bn1.w, &b->bn1.b, &b->conv2.w, &b->bn2.w, &b->bn2.b, &b->fc0.w,
            &b->fc0.b, &b->gate_bn.w, &b->gate_bn.b, &b->fc1.w, &b->fc1.b})
        all.push_back(p);
    all.insert(all.end(), {&head.w, &head.b});
    return all;
  }
  double loss(const Batch& batch, bool training) {
    x = relu(bn.forward(stem.forward(batch.clips), training));
    const Vec& maps =
        second.forward(first.forward(x, batch.noise[0], training), batch.noise[1], training);
    const Vec frames = head.forward(pool(maps));
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
  // dlogits = (softmax(logits) - one_hot(label)) / N, a T-th of it to each frame; then the chain
  // rule.
  void backward(const Batch& batch) {
    Vec dframes(F * K), dmaps(F * C * P);
    for (size_t i = 0; i < F * K; ++i) {
      const size_t n = i / (T * K);
      dframes[i] = (p[n * K + i % K] - (i % K == batch.labels[n] ? 1 : 0)) / F;
    }
    pool_backward(head.backward(dframes), dmaps);
    stem.backward(bn.backward(relu_backward(x, first.backward(second.backward(dmaps)))));
  }
  // velocity = momentum velocity + dx,  x = x - rate velocity
  void step() {
    for (Parameter* q : parameters())
      for (size_t i = 0; i < q->x.size(); ++i) {
        q->velocity[i] = momentum * q->velocity[i] + q->dx[i];
        q->x[i] -= rate * q->velocity[i];
        q->dx[i] = 0;
      }
  }
};

int losses_of(Net& net, const char* path) {
  std::ifstream file(path);
  const auto read = [&](auto& numbers) {
    for (auto& number : numbers) file >> number;
  };
  for (Parameter* q : net.parameters()) read(q->x);
  for (int step = 0; step < 10; ++step) {
    Batch batch;
    read(batch.labels), read(batch.clips), read(batch.noise[0]), read(batch.noise[1]);
    if (!file || *std::max_element(batch.labels.begin(), batch.labels.end()) >= K)
      return std::fprintf(stderr, "%s: expects the numbers of ten steps, see the file's head\n",
                          path),
             1;
    std::printf("%.17g\n", net.loss(batch, true));
    net.backward(batch), net.step();
  }
  return 0;
}
}  // namespace

int main(int argc, char** argv) {
  Net net;
  if (argc > 1) return losses_of(net, argv[1]);
  double loss = 0, correct = 0, share = 0;
  for (int step = 1; step <= 1000; ++step) {
    const Batch batch = draw(true);
    loss += net.loss(batch, true) / 100;
    net.backward(batch), net.step();
    if (step % 100 > 0) continue;
    correct = share = 0;
    for (int i = 0; i < 20; ++i)
      net.loss(draw(false), false), correct += net.correct / 20, share += net.share / 20;
    std::fprintf(stderr, "step %4d: loss %.3f, accuracy %.3f, share %.3f\n", step, loss, correct,
                 share);
    loss = 0;
  }
  std::printf("the order of frames is learned: %s\n", correct > 0.8 ? "yes" : "no");
  std::printf("it computes less than everything: %s\n", share < 0.9 ? "yes" : "no");
}
