// The table of sizes: every operation on tensors without elements, of rank 0, of size 1, and with
// options up to the ends of the type. Each call gives a value, whose gradient has the shape of the
// operand, or an Error; what the value is, where it is surprising, is said below.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/autograd.hpp>
#include <adafuse/ops/ops.hpp>
#include <adafuse/video/video.hpp>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "sizes_table.hpp"

namespace sizes_test {

using namespace adafuse;

using namespace sizes_table;

TEST_CASE("sizes: operations without options, on tensors of any shape") {
  on_every_shape("neg", [](const F& x) { return -x; });
  on_every_shape("add", [](const F& x) { return x + x; });
  on_every_shape("add 1", [](const F& x) { return x + 1; });
  on_every_shape("mul", [](const F& x) { return x * Tensor<float>::ones({3}); });
  on_every_shape("div", [](const F& x) { return x / Tensor<float>::ones({1, 3}); });
  on_every_shape("pow", [](const F& x) { return pow(x, x); });
  on_every_shape("pow 2", [](const F& x) { return pow(x, 2); });
  on_every_shape("exp", [](const F& x) { return exp(x); });
  on_every_shape("log", [](const F& x) { return log(x); });
  on_every_shape("sqrt", [](const F& x) { return sqrt(x); });
  on_every_shape("relu", [](const F& x) { return relu(x); });
  on_every_shape("sigmoid", [](const F& x) { return sigmoid(x); });
  on_every_shape("tanh", [](const F& x) { return tanh(x); });
  on_every_shape("abs", [](const F& x) { return abs(x); });
  on_every_shape("clamp", [](const F& x) { return clamp(x, 0, 2); });
  on_every_shape("round", [](const F& x) { return round(x); });
  on_every_shape("rsqrt", [](const F& x) { return rsqrt(x); });
  on_every_shape("cos", [](const F& x) { return cos(x); });
  on_every_shape("atan2", [](const F& x) { return atan2(x, Tensor<float>::ones({3})); });
  on_every_shape("maximum", [](const F& x) { return maximum(Tensor<float>::ones({4, 1}), x); });
  on_every_shape("where", [](const F& x) { return where(x < 2, x, 0); });
  on_every_shape("where, a number",
                 [](const F& x) { return where(Tensor<float>::ones({3}) < x, 1, x); });
  on_every_shape("masked_fill", [](const F& x) {
    return masked_fill(x, Tensor<std::uint8_t>::ones({1, 3}), 2);
  });
  on_every_shape("gelu", [](const F& x) { return gelu(x); });
  on_every_shape("hardswish", [](const F& x) { return hardswish(x); });
  on_every_shape("prelu", [](const F& x) { return prelu(x, Tensor<float>::ones({3})); });
  on_every_shape("any", [](const F& x) { return x * F(any(logical_not(isnan(x))).cast<float>()); });
  on_every_shape("dropout", [](const F& x) { return dropout(x, 0.5, Key(1)); });
  on_every_shape("sum", [](const F& x) { return sum(x); });
  on_every_shape("mean", [](const F& x) { return mean(x); });
  on_every_shape("max", [](const F& x) { return max(x); });
  on_every_shape("permute", [](const F& x) { return permute(x, {1, 0}); });
  on_every_shape("permute none", [](const F& x) { return permute(x, std::vector<Index>{}); });
  on_every_shape("broadcast_to", [](const F& x) { return broadcast_to(x, {0, 5, 3}); });
  on_every_shape("sum_to", [](const F& x) { return sum_to(x, {1, 3}); });
  on_every_shape("cat", [](const F& x) { return cat({x, x}, 0); });
  on_every_shape("matmul", [](const F& x) { return matmul(x, Tensor<float>::ones({3, 2})); });
  on_every_shape("matmul of none", [](const F& x) {
    return matmul(Tensor<float>::ones({2, 0}), x);
  });
  on_every_shape("matmul^T", [](const F& x) { return matmul(x, x, {.transpose_b = true}); });
  on_every_shape("linear", [](const F& x) {
    return linear(x, Tensor<float>::ones({2, 3}), F(Tensor<float>::ones({2})));
  });
  on_every_shape("linear of none", [](const F& x) {
    return linear(x, Tensor<float>::ones({2, 0}), F(Tensor<float>::ones({2})));
  });
  on_every_shape("linear to none", [](const F& x) {
    return linear(x, Tensor<float>::ones({0, 3}));
  });
  on_every_shape("cross_entropy", [](const F& x) {
    return cross_entropy(x, Tensor<std::int64_t>({x.rank() > 0 ? x.size(0) : 0}));
  });
  on_every_shape("cross_entropy, images", [](const F& x) {
    Shape labels;
    for (Index d = 0; d < x.rank(); ++d)
      if (d != 1) labels.push_back(x.size(d));
    return cross_entropy(x, Tensor<std::int64_t>(labels), {.reduction = Reduction::sum});
  });
  on_every_shape("cross_entropy, distributions", [](const F& x) { return cross_entropy(x, x); });
  on_every_shape("nll_loss", [](const F& x) {
    return nll_loss(x, Tensor<std::int64_t>({x.rank() > 0 ? x.size(0) : 0}));
  });
  on_every_shape("mse_loss", [](const F& x) { return mse_loss(x, x); });
  on_every_shape("binary_cross_entropy", [](const F& x) { return binary_cross_entropy(x, x); });
  on_every_shape("binary_cross_entropy_with_logits",
                 [](const F& x) { return binary_cross_entropy_with_logits(x, x); });
  on_every_shape("kl_div",
                 [](const F& x) { return kl_div(x, x, {.reduction = Reduction::batchmean}); });
  on_every_shape("triplet_margin_loss", [](const F& x) { return triplet_margin_loss(x, x, x); });
  on_every_shape("cosine_embedding_loss", [](const F& x) {
    return cosine_embedding_loss(x, x, Tensor<std::int64_t>::ones({x.rank() > 0 ? x.size(0) : 0}));
  });
  on_every_shape("layer_norm", [](const F& x) { return layer_norm(x, {3}); });
  on_every_shape("layer_norm of nothing", [](const F& x) { return layer_norm(x, {0}); });
  on_every_shape("rms_norm", [](const F& x) { return rms_norm(x, {4, 3}); });
  on_every_shape("instance_norm", [](const F& x) { return instance_norm(x); });
  on_every_shape("normalize", [](const F& x) { return normalize(x); });
  on_every_shape("cosine_similarity", [](const F& x) { return cosine_similarity(x, x); });
  on_every_shape("outer", [](const F& x) { return outer(x, x); });
  on_every_shape("scaled_dot_product_attention", [](const F& x) {
    return scaled_dot_product_attention(x, x, x, {.causal = true});
  });
  on_every_shape("take", [](const F& x) { return take(x, Tensor<std::int64_t>::of({0, 0})); });
  on_every_shape("take none", [](const F& x) { return take(x, Tensor<std::int64_t>({0, 2})); });
  on_every_shape("put", [](const F& x) { return put(x, Tensor<std::int64_t>(x.shape()), {2, 2}); });
  on_every_shape("put nowhere", [](const F& x) {
    return put(x, Tensor<std::int64_t>(x.shape()), {0, 2});
  });
  on_every_shape("batch_norm_train", [](const F& x) { return batch_norm_train(x).y; });
  on_every_shape("batch_norm_relu_train", [](const F& x) {
    return batch_norm_relu_train(x, F(Tensor<float>::ones({3})), F(Tensor<float>({3}))).y;
  });
  on_every_shape("batch_norm", [](const F& x) {
    return batch_norm(x, F(), F(), Tensor<float>({3}), Tensor<float>::ones({3}));
  });
  on_every_shape("global_avg_pool", [](const F& x) { return global_avg_pool(x); });
  on_every_shape("fold_time", [](const F& x) { return fold_time(x); });
  for (const Index kernel : {1, 2, 4}) {
    on_every_shape("max_pool2d", [=](const F& x) { return max_pool2d(x, {.kernel = kernel}); });
    on_every_shape("avg_pool2d",
                   [=](const F& x) { return avg_pool2d(x, {.kernel = kernel, .padding = 1}); });
  }
}

TEST_CASE("sizes: dimensions, positions and counts up to the ends of the type") {
  with_every_number("softmax", [](const F& x, Index n) { return softmax(x, n); });
  with_every_number("log_softmax", [](const F& x, Index n) { return log_softmax(x, n); });
  with_every_number("sum", [](const F& x, Index n) { return sum(x, n); });
  with_every_number("mean", [](const F& x, Index n) { return mean(x, n); });
  with_every_number("max", [](const F& x, Index n) { return max(x, n); });
  with_every_number(
      "argmax", [](const F& x, Index n) { return F(argmax(x.value(), n).template cast<float>()); });
  with_every_number("all", [](const F& x, Index n) { return F(all(x < 2, n).cast<float>()); });
  with_every_number("hard_one_hot", [](const F& x, Index n) { return F(hard_one_hot(x, n)); });
  with_every_number("flatten", [](const F& x, Index n) { return flatten(x, n); });
  with_every_number("transpose", [](const F& x, Index n) { return transpose(x, 0, n); });
  with_every_number("reshape", [](const F& x, Index n) { return reshape(x, {n, 3}); });
  with_every_number("reshape -1", [](const F& x, Index n) { return reshape(x, {-1, n}); });
  with_every_number("stack", [](const F& x, Index n) { return stack({x, x}, n); });
  with_every_number("cat", [](const F& x, Index n) { return cat({x, x}, n); });
  with_every_number("select", [](const F& x, Index n) { return select(x, -1, n); });
  with_every_number("select along", [](const F& x, Index n) { return select(x, n, 0); });
  with_every_number("take",
                    [](const F& x, Index n) { return take(x, Tensor<std::int64_t>::of({n})); });
  with_every_number("put", [](const F& x, Index n) {
    return put(x, Tensor<std::int64_t>::full(x.shape(), n), {2, 2});
  });
  with_every_number("index_select", [](const F& x, Index n) {
    return index_select(x, 0, Tensor<std::int64_t>::of({n, 0}));
  });
  with_every_number("cross_entropy", [](const F& x, Index n) {
    return cross_entropy(x, Tensor<std::int64_t>::full({x.rank() > 0 ? x.size(0) : 0}, n));
  });
  with_every_number("cross_entropy, ignoring", [](const F& x, Index n) {
    return cross_entropy(x, Tensor<std::int64_t>({x.rank() > 0 ? x.size(0) : 0}),
                         {.ignore_index = n});
  });
  with_every_number("group_norm", [](const F& x, Index n) { return group_norm(x, n); });
  with_every_number("normalize", [](const F& x, Index n) { return normalize(x, {.dim = n}); });
  with_every_number("cosine_similarity",
                    [](const F& x, Index n) { return cosine_similarity(x, x, {.dim = n}); });
  with_every_number("unfold_time", [](const F& x, Index n) { return unfold_time(x, n); });
  with_every_number("average_consensus",
                    [](const F& x, Index n) { return average_consensus(x, n); });
  with_every_number("last_frame", [](const F& x, Index n) { return last_frame(x, n); });
  with_every_number("shift_time", [](const F& x, Index n) { return shift_time(x, 2, n); });
  with_every_number("shift_time of", [](const F& x, Index n) { return shift_time(x, n, 1); });
  with_every_number("temporal_shift, fold",
                    [](const F& x, Index n) { return temporal_shift(x, 2, n); });
  with_every_number("temporal_shift, direction",
                    [](const F& x, Index n) { return temporal_shift(x, 2, 1, n); });
}

TEST_CASE(
    "sizes: slices from anywhere to anywhere by any step are those of the definition, or refused") {
  const auto x = Tensor<float>::arange(5);
  for (const Index start : numbers)
    for (const Index stop : numbers)
      for (const Index step : numbers) {
        CAPTURE(start);
        CAPTURE(stop);
        CAPTURE(step);
        try {
          const auto p = parameter(x);
          const F y = slice(p, 0, start, stop, step);
          const Index first = start < 0 ? start + 5 : start;
          for (Index i = 0; i < y.size(); ++i)
            REQUIRE(y.value()(i) == static_cast<float>(first + i * step));
          backward(sum(y));
          CHECK(sum(p.grad()).item() == static_cast<float>(y.size()));
        } catch (const ShapeError&) {
        }
        try {
          contiguous(x.view<1>().slice(0, start, stop, step));
        } catch (const ShapeError&) {
        }
        try {  // as many rows as there are, from any start by any step
          const F y = embed(x, {7}, 0, start, step);
          CHECK(sum(y).item() == 10);
        } catch (const ShapeError&) {
        }
      }
  CHECK(slice(x, 0, 1, most > 5 ? 5 : 0, most).value()(0) == 1);
  CHECK(slice(x, 0, 0, 5, most).size() == 1);
  CHECK(slice(x, 0, 4, -1, least).size() == 1);
}

TEST_CASE("sizes: windows of any kernel, stride, padding and dilation") {
  const auto weight = [](const F& x, Index kernel) {
    return F(Tensor<float>::ones({2, x.rank() == 4 ? x.size(1) : 1, kernel, kernel}));
  };
  with_every_number("conv2d, stride",
                    [&](const F& x, Index n) { return conv2d(x, weight(x, 1), {.stride = n}); });
  with_every_number("conv2d, padding",
                    [&](const F& x, Index n) { return conv2d(x, weight(x, 2), {.padding = n}); });
  with_every_number("conv2d, padding and stride", [&](const F& x, Index n) {
    return conv2d(x, weight(x, 2), {.stride = n, .padding = 2});
  });
  with_every_number("conv2d, dilation", [&](const F& x, Index n) {
    return conv2d(x, weight(x, 2), {.padding = 1, .dilation = n});
  });
  with_every_number("conv2d, dilation of one tap",
                    [&](const F& x, Index n) { return conv2d(x, weight(x, 1), {.dilation = n}); });
  with_every_number("conv2d, groups",
                    [&](const F& x, Index n) { return conv2d(x, weight(x, 1), {.groups = n}); });
  with_every_number("max_pool2d, kernel",
                    [](const F& x, Index n) { return max_pool2d(x, {.kernel = n, .stride = 1}); });
  with_every_number("max_pool2d, stride",
                    [](const F& x, Index n) { return max_pool2d(x, {.kernel = 2, .stride = n}); });
  with_every_number("avg_pool2d, stride", [](const F& x, Index n) {
    return avg_pool2d(x, {.kernel = 2, .stride = n, .ceil_mode = true});
  });
  with_every_number("avg_pool2d, padding", [](const F& x, Index n) {
    return avg_pool2d(x, {.kernel = 2, .stride = 1, .padding = n});
  });
  with_every_number("avg_pool2d, all", [](const F& x, Index n) {
    return avg_pool2d(x, {.kernel = n, .stride = n, .padding = n / 2, .ceil_mode = true});
  });
}

TEST_CASE("sizes: of nothing, the sum is 0, the product of matrices 0, the mean NaN") {
  CHECK(sum(Tensor<float>({0})).item() == 0);
  CHECK(std::isnan(mean(Tensor<float>({0})).item()));
  CHECK(std::isnan(mean(Tensor<float>({3, 0}), 1).value()(2)));
  CHECK(mean(Tensor<float>({3, 0}), 0).shape() == Shape{0});
  CHECK(std::isnan(global_avg_pool(Tensor<float>({1, 2, 0, 3})).value()(0, 1)));
  CHECK(matmul(Tensor<float>({2, 0}), Tensor<float>({0, 2})).value()(1, 1) == 0);
  CHECK_THROWS_AS(max(Tensor<float>({0})), ShapeError);
  CHECK(max(Tensor<float>({3, 0}), 0).shape() == Shape{0});
  CHECK(softmax(Tensor<float>({3, 0}), 1).shape() == Shape{3, 0});
}

TEST_CASE("sizes: linear without features is the bias in every row, and its gradient the count") {
  const auto bias = parameter(Tensor<float>::of({1, 2, 3}));
  const auto weight = parameter(Tensor<float>({3, 0}));
  const auto y = linear(Tensor<float>({5, 0}), weight, bias);
  REQUIRE(y.shape() == Shape{5, 3});
  for (Index n = 0; n < 5; ++n)
    for (Index o = 0; o < 3; ++o) CHECK(y.value()(n, o) == static_cast<float>(o + 1));
  backward(sum(y));
  CHECK(bias.grad().value()(1) == 5);
  CHECK(weight.grad().shape() == Shape{3, 0});
}

TEST_CASE("sizes: batch norm of nothing is nothing, its statistics NaN, its gradients 0") {
  for (const Shape& shape : {Shape{0, 3, 2, 2}, Shape{2, 3, 0, 2}}) {
    const auto x = parameter(Tensor<float>(shape)), weight = parameter(Tensor<float>::ones({3})),
               bias = parameter(Tensor<float>({3}));
    const auto out = batch_norm_train(x, weight, bias);
    CHECK(out.y.shape() == shape);
    CHECK(std::isnan(out.mean(0)));
    CHECK(std::isnan(out.variance(2)));
    backward(sum(out.y));
    CHECK(x.grad().shape() == shape);
    CHECK(weight.grad().value()(1) == 0);
    CHECK(bias.grad().value()(1) == 0);
  }
  CHECK_THROWS_AS(batch_norm_train(Tensor<float>({1, 3, 1, 1})), ValueError);
}

TEST_CASE("sizes: a convolution of an image without pixels is the bias, and its weights get 0") {
  for (const Index groups : {1, 2})
    for (const Shape& shape : {Shape{1, 2, 0, 8}, Shape{2, 2, 5, 0}, Shape{0, 2, 5, 5}}) {
      const auto x = parameter(Tensor<float>(shape)),
                 w = parameter(Tensor<float>::ones({4, 2 / groups, 1, 1})),
                 bias = parameter(Tensor<float>::of({1, 2, 3, 4}));
      const auto y = conv2d(x, w, bias, {.stride = 2, .padding = 1, .groups = groups});
      if (y.size() > 0) CHECK(y.value()(0, 3, 0, 0) == 4);
      backward(sum(y));
      CHECK(x.grad().shape() == shape);
      for (const float v : w.grad().value()) CHECK(v == 0);
      CHECK(bias.grad().value()(0) == static_cast<float>(y.size() / 4));
    }
}

TEST_CASE("sizes: empty parts join to more positions than there can be") {
  const Tensor<float> part({Index{1} << 62, 0});
  CHECK_THROWS_AS(cat({part, part}, 0), ShapeError);
  CHECK(cat({part, Tensor<float>({3, 0})}, 0).size(0) == (Index{1} << 62) + 3);
}

}  // namespace sizes_test
