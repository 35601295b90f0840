// A bit of everything, in one object that CMakeLists.txt names: this file is compiled for several
// machines. The linker may mix what the object files share; the numbers and the instructions of a
// function must stay those of its own file.
// SPDX-License-Identifier: MIT
#include "work.hpp"

#include <adafuse/core/parallel.hpp>
#include <adafuse/infer/fold/folded_conv.hpp>
#include <adafuse/infer/fold/folded_linear.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/kernels/gemm.hpp>
#include <adafuse/nn/nn.hpp>
#include <adafuse/ops/ops.hpp>
#include <adafuse/optim/optim.hpp>
#include <span>

namespace linkage_test {

using namespace adafuse;

namespace {

double total(std::span<const float> numbers) {
  double sum = 0;
  for (const float x : numbers) sum += static_cast<double>(x);
  return sum;
}
double total(const Variable<float>& x) { return total(x.value().values()); }

double tensors() {
  const auto a = Tensor<float>::randn({3, 4, 5}, Key(1));
  const auto b = Tensor<float>::uniform({4, 5}, Key(2), -1, 2);
  return total(a.reshape({12, 5}).narrow(1, 7).clone().values()) + total(b[2].values()) +
         total(a.cast<double>().cast<float>().values()) +
         total(contiguous(a.view<3>().slice(2, 4, -1, -2)).values());
}

double gradients() {
  const auto w = parameter(Tensor<float>::randn({3, 4, 5}, Key(1)));
  const auto v = parameter(Tensor<float>::uniform({4, 5}, Key(2)));
  const auto u = parameter(Tensor<float>::randn({4, 37}, Key(3)));
  const auto rows = sum(softmax(w * v + exp(tanh(w)) / (2 + v * v), -1) - relu(w), {-1});
  const auto loss = mean(matmul(rows, u)) + sum(pow(abs(w) + 1, 1.5)) + mean(log_softmax(u, 0));
  backward(loss);
  return static_cast<double>(loss.item()) + total(w.grad()) + total(v.grad()) + total(u.grad());
}

/// A matrix times a matrix, a column and a long row; in float and in double.
template <class T>
double products() {
  double sum = 0;
  for (const kernels::GemmShape& g :
       {kernels::GemmShape{.m = 50, .k = 70, .n = 110},
        kernels::GemmShape{.m = 40, .k = 90, .n = 1, .batch = 2, .transpose_a = true},
        kernels::GemmShape{.m = 1, .k = 5000, .n = 30, .transpose_b = true}}) {
    const auto a = Tensor<T>::randn({g.batch, g.m * g.k}, Key(4));
    const auto b = Tensor<T>::randn({g.batch, g.k * g.n}, Key(5));
    auto c = Tensor<T>::uninitialized({g.batch, g.m, g.n});
    kernels::gemm(g, a.data(), b.data(), c.data());
    sum += total(c.template cast<float>().values());
  }
  return sum;
}

/// Every kind of convolution that a plain call chooses, and its gradients.
double convolutions() {
  double sum = 0;
  struct Case {
    Index in, out, side;
    Conv2dOptions options;
    Index kernel = 3;
  };
  for (const auto& [in, out, side, options, kernel] :
       {Case{16, 24, 14, {.padding = 1}}, Case{8, 16, 15, {.stride = 2, .padding = 1}},
        Case{12, 12, 9, {.padding = 1, .groups = 12}}, Case{20, 9, 7, {}, 1},
        Case{4, 6, 11, {.dilation = 2, .groups = 2}}}) {
    const auto w =
        parameter(Tensor<float>::randn({out, in / options.groups, kernel, kernel}, Key(6)));
    const auto x = parameter(Tensor<float>::randn({2, in, side, side}, Key(7)));
    const auto loss = mean(relu(conv2d(x, w, options)));
    backward(loss);
    sum += static_cast<double>(loss.item()) + total(w.grad()) + total(x.grad());
  }
  const auto x = Tensor<float>::randn({1, 3, 8, 8}, Key(8));
  return sum + total(max_pool2d(x, {.kernel = 2, .stride = 2})) +
         total(avg_pool2d(x, {.kernel = 3, .stride = 2}));
}

double training() {
  const Key seed(3);
  const nn::Conv2d<float> conv({.in = 3, .out = 8, .kernel = 3, .padding = 1}, seed.of("conv"));
  const nn::BatchNorm2d<float> norm({.channels = 8});
  const nn::Sequential head(nn::Linear<float>({.in = 8, .out = 16}, seed.of("hidden")),
                            nn::Tanh<float>(), nn::Dropout<float>(0.1),
                            nn::Linear<float>({.in = 16, .out = 3}, seed.of("out")));
  auto parameters = nn::parameters(head);
  for (const auto& parameter : nn::parameters(conv)) parameters.push_back(parameter);
  auto optimizer = optim::adam_w<float>({{.parameters = parameters, .weight_decay = 1e-4}});
  const auto images = Tensor<float>::randn({4, 3, 9, 9}, seed.of("images"));
  const auto labels = Tensor<std::int64_t>::of({0, 1, 2, 1});
  double sum = 0;
  for (std::uint64_t step = 0; step < 2; ++step) {
    nn::Context<float> ctx(/*is_training=*/true, seed.of("noise").of(step));
    const auto maps = norm.forward_relu(conv.forward(images, ctx), ctx);
    const auto loss = cross_entropy(head.forward(global_avg_pool(maps), ctx), labels);
    optimizer.zero_grad();
    backward(loss);
    optim::clip_by_norm<float>(parameters, 1.0);
    optimizer.step(0.01);
    sum += static_cast<double>(loss.item());
  }
  return sum;
}

/// A loop whose chunks run on several threads.
double threads() {
  std::vector<double> squares(64);
  parallel_for(64, 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      squares[static_cast<std::size_t>(i)] = static_cast<double>(i * i);
  });
  double sum = 0;
  for (const double x : squares) sum += x;
  return sum;
}

double inference() {
  const nn::Linear<float> layer({.in = 40, .out = 24}, Key(5));
  const nn::BatchNorm1d<float> norm({.channels = 24});
  const auto folded = infer::fold_linear(layer, norm);
  const auto x = Tensor<float>::randn({7, 40}, Key(6));
  Tensor<float> y({7, 24});
  folded(7, x.data(), y.data());

  infer::FoldedConv<float> conv;
  conv.geometry = {.batch = 1,
                   .in_channels = 16,
                   .in_height = 12,
                   .in_width = 12,
                   .out_channels = 16,
                   .kernel_height = 3,
                   .kernel_width = 3,
                   .padding_height = 1,
                   .padding_width = 1};
  conv.weight = Tensor<float>::randn({16, 16, 3, 3}, Key(7));
  conv.scale = Tensor<float>::uniform({16}, Key(8));
  conv.shift = Tensor<float>::randn({16}, Key(9));
  const auto frames = Tensor<float>::randn({2, 16, 12, 12}, Key(10));
  infer::LiveLists live(2, 16), wanted(2, 16);
  for (Index f = 0; f < 2; ++f) {
    live.set(f, [&](Index c) { return (c + f) % 3 != 0; });
    wanted.set(f, [&](Index c) { return (c + f) % 2 == 0; });
  }
  Tensor<float> z({2, 16, 12, 12});
  conv(2, frames.data(), nullptr, z.data(), live.frames(), wanted.frames());
  return total(y.values()) + total(z.values());
}

std::vector<double> work() {
  return {tensors(),      gradients(), products<float>(), products<double>(),
          convolutions(), training(),  threads(),         inference()};
}

Process process_of_this_file() {
  return {.threads = num_threads(),
          .recording = grad_enabled(),
          .winograd = kernels::winograd_allowed(),
          .last_event = Events::last(),
          .temporary_files = io::TemporaryFiles::count,
          .pool = &StoragePool::instance(),
          .team = &process::ThreadTeam::instance(),
          .inside_parallel = &process::ThisThread::inside_parallel,
          .running_pullback = process::PullbackScope::running()};
}

Variable<float> loss(const nn::Linear<float>& layer, const Tensor<float>& x) {
  const auto y = layer(x);
  return sum(y * y);
}

void backward_of_this_file(const Variable<float>& loss) { backward(loss); }

void fail() { Tensor<float>({2, 3}).reshape({4}); }

}  // namespace

extern const File ADAFUSE_TEST_FILE{work, process_of_this_file, loss, backward_of_this_file, fail};

}  // namespace linkage_test
