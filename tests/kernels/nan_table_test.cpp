// What is not finite: a NaN or an infinity in each operand of each kernel, by each algorithm. Every
// output is to be of the class that the naive twin finds (NaN, +inf, -inf, a number), and numbers
// are to be its numbers.
//
// One thing is left open. Padding, and channels that do not live, are made of zeros; whether a
// kernel multiplies with them or leaves them out is its own affair. A weight that is not finite (or
// a dy, in the gradient of the weights) may therefore make NaN of an output that meets it there.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/linear.hpp>
#include <adafuse/kernels/pool2d.hpp>
#include <adafuse/kernels/pool_plane.hpp>
#include <adafuse/kernels/reference/batch_norm.hpp>
#include <adafuse/kernels/reference/fuse.hpp>
#include <adafuse/kernels/reference/gemm.hpp>
#include <adafuse/kernels/reference/linear.hpp>
#include <adafuse/kernels/reference/pool2d.hpp>
#include <adafuse/kernels/reference/softmax.hpp>
#include <adafuse/kernels/softmax.hpp>
#include <adafuse/kernels/softmax_backward.hpp>
#include <cmath>
#include <functional>
#include <string>

#include "random_conv2d.hpp"

namespace nan_table_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float specials[] = {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity};

/// Which outputs may be NaN whatever the twin says.
using MayBeNan = std::function<bool(Index)>;

/// How many outputs are of another class than the twin's, or another number.
Index count_wrong(const Tensor<float>& got, const Tensor<float>& expected,
                  const MayBeNan& may_be_nan = {}) {
  float scale = 1;
  for (const float e : expected)
    if (std::isfinite(e)) scale = std::max(scale, std::abs(e));
  Index wrong = 0;
  for (Index i = 0; i < expected.size(); ++i) {
    const float g = got.data()[i], e = expected.data()[i];
    if (std::isnan(g))
      wrong += !std::isnan(e) && !(may_be_nan && may_be_nan(i));
    else if (std::isfinite(e))
      wrong += !(std::abs(g - e) <= 1e-4f * scale);
    else
      wrong += g != e;
  }
  return wrong;
}

/// x with one element, chosen by lot, replaced.
Tensor<float> spoiled(const Tensor<float>& x, float by, Draws& draw) {
  auto y = x.clone();
  y.data()[draw.integer(y.size())] = by;
  return y;
}

// ---- Convolutions -------------------------------------------------------------------------------

/// All but the naive loops, which they are compared with.
std::vector<ConvAlgorithm> all_but_reference() {
  std::vector<ConvAlgorithm> all{ConvAlgorithm::automatic, ConvAlgorithm::direct,
                                 ConvAlgorithm::im2col};
  for (const auto& entry : algorithms) all.push_back(entry.name);
  return all;
}

std::vector<Conv2dGeometry> geometries() {
  auto strided_pointwise = square_convolution(2, 6, 14, 9, 2, 1);
  auto grouped = square_convolution(2, 8, 9, 12);
  grouped.groups = 4;
  auto depthwise = square_convolution(2, 5, 11, 5),
       strided_depthwise = square_convolution(1, 3, 14, 3, 2);
  depthwise.groups = 5, strided_depthwise.groups = 3;
  auto unpadded = square_convolution(2, 4, 10, 5), wide = square_convolution(1, 3, 6, 4);
  unpadded.padding_height = unpadded.padding_width = 0;
  wide.in_width = 37;
  auto dilated = square_convolution(1, 3, 12, 4), more_padding = square_convolution(1, 3, 7, 4);
  dilated.dilation_height = dilated.dilation_width = dilated.padding_height =
      dilated.padding_width = 2;
  more_padding.padding_height = more_padding.padding_width = 2;
  auto lopsided = square_convolution(2, 3, 9, 4);
  lopsided.kernel_width = 1, lopsided.padding_width = 0;
  return {square_convolution(2, 5, 7, 20),        // 7 x 7: pixels of several frames in one vector
          square_convolution(1, 4, 16, 9),        // rows that fill vectors
          square_convolution(1, 3, 28, 8),        // larger, with a remainder
          square_convolution(3, 7, 4, 18),        // one Winograd tile
          square_convolution(2, 6, 16, 10, 2),    // strided
          square_convolution(2, 3, 15, 8, 2, 7),  // a stem
          square_convolution(2, 6, 9, 10, 1, 1),  // pointwise
          square_convolution(1, 3, 11, 4, 1, 5),
          square_convolution(1, 2, 14, 5, 3),
          strided_pointwise,
          grouped,
          depthwise,
          strided_depthwise,
          unpadded,
          wide,
          dilated,
          more_padding,
          lopsided};
}

std::string text(const Conv2dGeometry& g) {
  return concat("batch ", g.batch, ", ", g.in_channels, " -> ", g.out_channels, ", ", g.in_height,
                "x", g.in_width, ", kernel ", g.kernel_height, "x", g.kernel_width, ", stride ",
                g.stride_height, ", groups ", g.groups);
}

/// Whether tap p of output i lies in the padding.
bool outside(Index i, Index p, Index stride, Index padding, Index dilation, Index size) {
  const Index at = i * stride - padding + p * dilation;
  return at < 0 || at >= size;
}
/// Whether output (.., i, j) reads padding.
MayBeNan reads_padding(const Conv2dGeometry& g) {
  return [g](Index at) {
    const Index i = at / g.out_width() % g.out_height(), j = at % g.out_width();
    const auto row = [&](Index p) {
      return outside(i, p, g.stride_height, g.padding_height, g.dilation_height, g.in_height);
    };
    const auto column = [&](Index q) {
      return outside(j, q, g.stride_width, g.padding_width, g.dilation_width, g.in_width);
    };
    return row(0) || row(g.kernel_height - 1) || column(0) || column(g.kernel_width - 1);
  };
}
/// Whether dx (.., r, s) would be reached by outputs beyond the first or last.
MayBeNan reached_from_beyond(const Conv2dGeometry& g) {
  return [g](Index at) {
    const Index r = at / g.in_width % g.in_height, s = at % g.in_width;
    const auto beyond = [](Index at_pixel, Index kernel, Index stride, Index padding,
                           Index dilation, Index out) {
      const Index reach = dilation * (kernel - 1);
      return at_pixel + padding - reach < 0 || (at_pixel + padding) / stride >= out;
    };
    return beyond(r, g.kernel_height, g.stride_height, g.padding_height, g.dilation_height,
                  g.out_height()) ||
           beyond(s, g.kernel_width, g.stride_width, g.padding_width, g.dilation_width,
                  g.out_width());
  };
}
/// Whether tap (.., p, q) lies in the padding for any output.
MayBeNan meets_padding(const Conv2dGeometry& g) {
  return [g](Index at) {
    const Index p = at / g.kernel_width % g.kernel_height, q = at % g.kernel_width;
    const auto row = [&](Index i) {
      return outside(i, p, g.stride_height, g.padding_height, g.dilation_height, g.in_height);
    };
    const auto column = [&](Index j) {
      return outside(j, q, g.stride_width, g.padding_width, g.dilation_width, g.in_width);
    };
    return row(0) || row(g.out_height() - 1) || column(0) || column(g.out_width() - 1);
  };
}

/// Calls `run(algorithm)` for each that fits; those that do not say so.
template <class Run, class Wrong>
void for_algorithms(const Run& run, const Wrong& wrong) {
  for (const ConvAlgorithm one : all_but_reference()) {
    CAPTURE(std::string(one.name()));
    try {
      const auto got = run(one);
      CHECK(wrong(got) == 0);
    } catch (const ValueError&) {
      CHECK(one != ConvAlgorithm::automatic);
    }
  }
}

}  // namespace

TEST_CASE("nan table: a convolution and its epilogue, by each algorithm") {
  Draws draw{Key(1)};
  for (const auto& g : geometries()) {
    INFO(text(g));
    const Shape in{g.batch, g.in_channels, g.in_height, g.in_width},
        out{g.batch, g.out_channels, g.out_height(), g.out_width()};
    const std::vector<Tensor<float>> operands = {
        Tensor<float>::randn(in, Key(2)),
        Tensor<float>::randn(
            {g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width}, Key(3)),
        Tensor<float>::randn({g.out_channels}, Key(4)),
        Tensor<float>::randn({g.out_channels}, Key(5)), Tensor<float>::randn(out, Key(6))};
    const std::string names[] = {"x", "w", "scale", "shift", "residual"};
    for (std::size_t which = 0; which < 5; ++which)
      for (const float special : specials)
        for (const bool relu : {false, true}) {
          auto all = operands;
          all[which] = spoiled(operands[which], special, draw);
          if (which == 0 && relu) all[0] = spoiled(all[0], -special, draw);
          const bool scaled = which == 2 || draw.chance(0.3),
                     shifted = which == 3 || draw.chance(0.5),
                     added = which == 4 || draw.chance(0.3), lists = draw.chance(0.3);
          INFO(names[which] << " with " << special << ", relu " << relu << ", scale " << scaled
                            << ", lists " << lists);
          std::vector<std::vector<std::int32_t>> numbers;
          const auto some = [&](Index channels) {
            auto& list = numbers.emplace_back();
            for (Index c = 0; c < channels; ++c)
              if (draw.chance(0.7)) list.push_back(static_cast<std::int32_t>(c));
          };
          for (Index n = 0; n < g.batch; ++n) some(g.in_channels), some(g.out_channels);
          std::vector<LiveChannels> live_in, live_out;
          for (std::size_t n = 0; n < numbers.size(); n += 2)
            live_in.emplace_back(numbers[n]), live_out.emplace_back(numbers[n + 1]);
          Conv2dOptions<float> options;
          if (scaled) options.epilogue.scale = all[2].data();
          if (shifted) options.epilogue.shift = all[3].data();
          if (added) options.epilogue.residual = all[4].data();
          options.epilogue.activation = relu ? Activation::relu : Activation::identity;
          if (lists) options.live_in = live_in, options.live_out = live_out;
          const auto run = [&](ConvAlgorithm algorithm) {
            options.algorithm = algorithm;
            auto y = Tensor<float>::full(out, 7);
            conv2d(g, all[0].data(), all[1].data(), y.data(), options);
            return y;
          };
          const auto expected = run(ConvAlgorithm::reference);
          for_algorithms(run, [&](const Tensor<float>& y) {
            if (which != 1) return count_wrong(y, expected);
            return count_wrong(y, expected, lists ? [](Index) { return true; } : reads_padding(g));
          });
        }
  }
}

TEST_CASE("nan table: both gradients of a convolution, by each algorithm") {
  Draws draw{Key(2)};
  for (const auto& g : geometries()) {
    INFO(text(g));
    const auto x = Tensor<float>::randn({g.batch, g.in_channels, g.in_height, g.in_width}, Key(2)),
               w = Tensor<float>::randn(
                   {g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width},
                   Key(3)),
               dy = Tensor<float>::randn({g.batch, g.out_channels, g.out_height(), g.out_width()},
                                         Key(4));
    for (const float special : specials) {
      const auto bad_x = spoiled(x, special, draw), bad_w = spoiled(w, special, draw),
                 bad_dy = spoiled(dy, special, draw);
      const auto data = [&](const Tensor<float>& with_dy, const Tensor<float>& with_w,
                            const MayBeNan& open) {
        const auto run = [&](ConvAlgorithm algorithm) {
          auto dx = Tensor<float>::full(x.shape(), 7);
          conv2d_backward_data(g, with_dy.data(), with_w.data(), dx.data(), algorithm);
          return dx;
        };
        const auto expected = run(ConvAlgorithm::reference);
        for_algorithms(run,
                       [&](const Tensor<float>& dx) { return count_wrong(dx, expected, open); });
      };
      const auto weights = [&](const Tensor<float>& with_x, const Tensor<float>& with_dy,
                               const MayBeNan& open) {
        const auto run = [&](ConvAlgorithm algorithm) {
          auto dw = Tensor<float>::full(w.shape(), 7);
          conv2d_backward_weights(g, with_x.data(), with_dy.data(), dw.data(), algorithm);
          return dw;
        };
        const auto expected = run(ConvAlgorithm::reference);
        for_algorithms(run,
                       [&](const Tensor<float>& dw) { return count_wrong(dw, expected, open); });
      };
      INFO(special);
      SUBCASE("dx, for dy") { data(bad_dy, w, {}); }
      SUBCASE("dx, for w") { data(dy, bad_w, reached_from_beyond(g)); }
      SUBCASE("dw, for x") { weights(bad_x, dy, {}); }
      SUBCASE("dw, for dy") { weights(x, bad_dy, meets_padding(g)); }
    }
  }
}

// ---- The rest -----------------------------------------------------------------------------------

TEST_CASE("nan table: linear layers") {
  Draws draw{Key(3)};
  for (const auto& [rows, in, out] : std::vector<std::array<Index, 3>>{
           {1, 5, 3}, {2, 64, 48}, {9, 33, 50}, {13, 20, 100}, {1, 70, 17}})
    for (const bool relu : {false, true})
      for (const float special : specials)
        for (int which = 0; which < 3; ++which) {
          auto x = Tensor<float>::randn({rows, in}, Key(1)),
               w = Tensor<float>::randn({out, in}, Key(2)),
               bias = Tensor<float>::randn({out}, Key(3));
          auto& operand = which == 0 ? x : which == 1 ? w : bias;
          operand = spoiled(operand, special, draw);
          const LinearShape s{in, out};
          const auto activation = relu ? Activation::relu : Activation::identity;
          Tensor<float> packed({s.packed_size()}), got({rows, out}), expected({rows, out});
          pack_linear(s, w.data(), packed.data());
          linear(
              s, rows, [&](Index r) { return x.data() + r * s.in; }, packed.data(), bias.data(),
              activation, got.data());
          reference::linear(rows, in, out, x.data(), w.data(), bias.data(), activation,
                            expected.data());
          CHECK(count_wrong(got, expected) == 0);
        }
}

TEST_CASE("nan table: matrix products") {
  Draws draw{Key(4)};
  for (const auto& [m, k, n] :
       std::vector<std::array<Index, 3>>{{1, 40, 1}, {5, 7, 9}, {17, 33, 20}, {1, 9, 30}})
    for (const float special : specials)
      for (const bool left : {true, false}) {
        auto a = Tensor<float>::randn({m, k}, Key(1)), b = Tensor<float>::randn({k, n}, Key(2));
        (left ? a : b) = spoiled(left ? a : b, special, draw);
        GemmShape g{};
        g.batch = 1, g.m = m, g.n = n, g.k = k;
        Tensor<float> got({m, n}), expected({m, n});
        gemm(g, a.data(), b.data(), got.data());
        reference::gemm(g, a.data(), b.data(), expected.data());
        CHECK(count_wrong(got, expected) == 0);
      }
}

TEST_CASE("nan table: poolings, with positions, without, and of whole planes") {
  Draws draw{Key(5)};
  for (const auto& [height, width, kernel, stride, padding] :
       std::vector<std::array<Index, 5>>{{7, 7, 3, 2, 1},
                                         {14, 37, 3, 2, 1},
                                         {9, 18, 3, 1, 1},
                                         {8, 8, 2, 2, 0},
                                         {10, 33, 3, 3, 0},
                                         {7, 7, 7, 1, 0}})
    for (int count = 1; count < 4; ++count)
      for (const float special : specials)
        for (int attempt = 0; attempt < 8; ++attempt) {
          const Pool2dGeometry g{.planes = 3,
                                 .height = {height, kernel, stride, padding},
                                 .width = {width, kernel, stride, padding}};
          auto x = Tensor<float>::randn({g.planes, height, width}, Key(1));
          for (int i = 0; i < count; ++i) x = spoiled(x, i % 2 ? -special : special, draw);
          const Shape out{g.planes, g.height.out(), g.width.out()};
          Tensor<float> got(out), expected(out), mean(out), expected_mean(out);
          Tensor<std::int32_t> at(out), expected_at(out);
          reference::max_pool2d(g, x.data(), expected.data(), expected_at.data());
          reference::avg_pool2d(g, x.data(), expected_mean.data());
          max_pool2d(g, x.data(), got.data(), at.data());
          CHECK(count_wrong(got, expected) == 0);
          max_pool2d<float>(g, x.data(), got.data(), nullptr);
          CHECK(count_wrong(got, expected) == 0);
          avg_pool2d(g, x.data(), mean.data());
          CHECK(count_wrong(mean, expected_mean) == 0);

          std::vector<float> row(static_cast<std::size_t>(plane::room(g))), divisors;
          for (Index i = 0; i < g.height.out(); ++i)
            for (Index j = 0; j < g.width.out(); ++j)
              divisors.push_back(
                  static_cast<float>(g.counted(g.height, i) * g.counted(g.width, j)));
          for (Index p = 0; p < g.planes; ++p) {
            const float* const from = x.data() + p * g.in_pixels();
            plane::pool<true>(g, divisors.data(), from, got.data() + p * g.out_pixels(),
                              row.data());
            plane::pool<false>(g, divisors.data(), from, mean.data() + p * g.out_pixels(),
                               row.data());
          }
          CHECK(count_wrong(got, expected) == 0);
          CHECK(count_wrong(mean, expected_mean) == 0);
        }
}

TEST_CASE("nan table: the largest number and the sum of a plane, alone and in vectors of planes") {
  Draws draw{Key(6)};
  for (const Index pixels : {1, 5, 16, 49, 100, 196})
    for (const float special : specials)
      for (int attempt = 0; attempt < 20; ++attempt) {
        auto x = Tensor<float>::randn({Floats::width, pixels}, Key(1));
        for (int i = 0; i < 6; ++i) x = spoiled(x, i % 3 == 2 ? -special : special, draw);
        const float* planes[Floats::width];
        Tensor<float> largest({Floats::width}), sum({Floats::width}), alone({Floats::width}),
            expected({Floats::width}), expected_sum({Floats::width});
        for (Index l = 0; l < Floats::width; ++l) {
          planes[l] = x.data() + l * pixels;
          float best = -infinity, total = 0;
          for (Index i = 0; i < pixels; ++i) {
            const float v = planes[l][i];
            if (!(v <= best)) best = v;
            if (std::isnan(v)) break;
          }
          for (Index i = 0; i < pixels; ++i) total += planes[l][i];
          expected(l) = best, expected_sum(l) = total;
          alone(l) = plane::reduce<true>(planes[l], pixels);
        }
        plane::reduce<true>(planes, pixels).store(largest.data());
        plane::reduce<false>(planes, pixels).store(sum.data());
        CHECK(count_wrong(alone, expected) == 0);
        CHECK(count_wrong(largest, expected) == 0);
        CHECK(count_wrong(sum, expected_sum) == 0);
      }
}

TEST_CASE("nan table: softmax and its logarithm") {
  Draws draw{Key(7)};
  for (const Index count : {1, 3, 40})
    for (const Index inner : {1, 5})
      for (const float special : specials)
        for (int attempt = 0; attempt < 4; ++attempt) {
          const Middle m{4, count, inner};
          const auto x = spoiled(Tensor<float>::randn({4, count, inner}, Key(1)), special, draw);
          Tensor<float> got(x.shape()), expected(x.shape());
          softmax(m, x.data(), got.data());
          reference::softmax(m, x.data(), expected.data());
          CHECK(count_wrong(got, expected) == 0);
          log_softmax(m, x.data(), got.data());
          for (float& e : expected) e = std::log(e);
          CHECK(count_wrong(got, expected) == 0);
        }
}

TEST_CASE("nan table: batch normalisation, with what follows it") {
  Draws draw{Key(8)};
  for (const Index inner : {1, 49, 300})
    for (const float special : specials)
      for (int which = 0; which < 4; ++which)
        for (const bool relu : {false, true}) {
          const ChannelLayout layout{3, 5, inner};
          const Shape shape{3, 5, inner};
          auto x = Tensor<float>::randn(shape, Key(1)),
               residual = Tensor<float>::randn(shape, Key(2)),
               weight = Tensor<float>::randn({5}, Key(3)), bias = Tensor<float>::randn({5}, Key(4));
          auto& operand = which == 0 ? x : which == 1 ? weight : which == 2 ? bias : residual;
          operand = spoiled(operand, special, draw);
          const auto moments = reference::channel_moments(layout, x.data());
          Tensor<float> expected(shape), got(shape);
          reference::batch_norm(layout, x.data(), moments, weight.data(), bias.data(), 1e-5,
                                expected.data());
          for (Index i = 0; i < expected.size(); ++i) {
            float& e = expected.data()[i];
            e += residual.data()[i];
            if (relu && e < 0) e = 0;
          }
          std::vector<double> mean(5), variance(5);
          batch_norm_train(layout, x.data(), weight.data(), bias.data(), 1e-5, got.data(),
                           mean.data(), variance.data(), {residual.data(), relu});
          CHECK(count_wrong(got, expected) == 0);
        }
}

TEST_CASE("nan table: fusion, where what is multiplied with zero is not read") {
  Draws draw{Key(9)};
  const FuseSizes s{.clips = 2, .frames = 3, .channels = 4, .pixels = 9};
  const Shape maps{s.clips * s.frames, s.channels, s.pixels},
      weights{s.clips * s.frames, s.channels};
  for (const float special : specials)
    for (int attempt = 0; attempt < 20; ++attempt) {
      const auto y = spoiled(Tensor<float>::randn(maps, Key(1)), special, draw),
                 dz = spoiled(Tensor<float>::randn(maps, Key(2)), special, draw);
      Tensor<float> keep(weights), reuse(weights);
      for (Index i = 0; i < keep.size(); ++i) {
        const Index action = draw.integer(3);
        keep.data()[i] = action == 0 ? 1.f : 0.f, reuse.data()[i] = action == 1 ? 1.f : 0.f;
      }
      Tensor<float> z(maps), expected_z(maps), dy(maps), expected_dy(maps);
      const auto k = std::as_const(keep).view<2>(), r = std::as_const(reuse).view<2>();
      fuse<float>(s, y.data(), k, r, z.data());
      reference::fuse<float>(s, y.data(), k, r, expected_z.data());
      CHECK(count_wrong(z, expected_z) == 0);
      fuse_backward_maps<float>(s, dz.data(), k, r, dy.data());
      Tensor<float> dkeep(weights), dreuse(weights), expected_dkeep(weights),
          expected_dreuse(weights);
      reference::fuse_backward<float>(s, y.data(), dz.data(), k, r, expected_dy.data(),
                                      expected_dkeep.view<2>(), expected_dreuse.view<2>());
      CHECK(count_wrong(dy, expected_dy) == 0);
      fuse_backward_weights<float>(s, y.data(), dz.data(), dkeep.view<2>(), dreuse.view<2>());
      CHECK(count_wrong(dkeep, expected_dkeep) == 0);
      CHECK(count_wrong(dreuse, expected_dreuse) == 0);
    }
}

}  // namespace nan_table_test
