// Networks of the usual kinds as a user writes them, with the structure and the names of weights
// that they have in golden/architectures.py: a transformer, a recurrent tagger, a U-Net, and a
// ResNet-18 of clips.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/activation.hpp>
#include <adafuse/nn/batch_norm.hpp>
#include <adafuse/nn/conv2d.hpp>
#include <adafuse/nn/conv_nd.hpp>
#include <adafuse/nn/conv_transpose.hpp>
#include <adafuse/nn/lstm.hpp>
#include <adafuse/nn/module_list.hpp>
#include <adafuse/nn/sequential.hpp>
#include <adafuse/nn/transformer.hpp>
#include <adafuse/ops/adaptive_pool.hpp>
#include <adafuse/ops/interpolate.hpp>
#include <adafuse/ops/pool2d.hpp>
#include <optional>

namespace architectures {

using namespace adafuse;

/// Layers of a transformer; each position sees those before it. [N, L, d_model] -> the same.
template <class T>
struct Encoder {
  using value_type = T;

  nn::ModuleList<nn::TransformerEncoderLayer<T>> layers;
  nn::LayerNorm<T> norm;

  Encoder(const nn::TransformerLayerConfig& config, std::uint64_t depth, Key key)
      : norm({.normalized_shape = {config.d_model}}) {
    for (std::uint64_t i = 0; i < depth; ++i)
      layers.append(nn::TransformerEncoderLayer<T>(config, key.of(i)));
  }
  Variable<T> forward(const Variable<T>& x, nn::Context<T>& ctx) const {
    Variable<T> y = x;
    for (const auto& layer : layers) y = layer.forward(y, ctx, {.causal = true});
    return norm(y);
  }
  void visit(nn::Visitor<T>& v) const { v("layers", layers), v("norm", norm); }
};

/// Scores for each position of a sequence, which an LSTM reads in both directions. [N, L, in] ->
/// [N, L, out].
template <class T>
struct Tagger {
  using value_type = T;

  nn::Lstm<T> rnn;
  nn::Linear<T> fc;

  Tagger(Index in, Index hidden, Index out, Key key)
      : rnn({.in = in, .hidden = hidden, .num_layers = 2, .bidirectional = true}, key.of("rnn")),
        fc({.in = 2 * hidden, .out = out}, key.of("fc")) {}
  Variable<T> forward(const Variable<T>& x, nn::Context<T>& ctx) const {
    return fc(rnn.forward(x, ctx).all);
  }
  void visit(nn::Visitor<T>& v) const { v("rnn", rnn), v("fc", fc); }
};

/// Twice a convolution, its norm and relu: one behind the other, as layers without members of their
/// own.
template <class T>
using DoubleConv = nn::Sequential<nn::Conv2d<T>, nn::BatchNorm2d<T>, nn::Relu<T>, nn::Conv2d<T>,
                                  nn::BatchNorm2d<T>, nn::Relu<T>>;
template <class T>
DoubleConv<T> double_conv(Index in, Index out, Key key) {
  return DoubleConv<T>(
      nn::Conv2d<T>({.in = in, .out = out, .kernel = 3, .padding = 1}, key.of("first")),
      nn::BatchNorm2d<T>({.channels = out}), nn::Relu<T>(),
      nn::Conv2d<T>({.in = out, .out = out, .kernel = 3, .padding = 1}, key.of("second")),
      nn::BatchNorm2d<T>({.channels = out}), nn::Relu<T>());
}

/// Ronneberger, Fischer and Brox, 2015, with two halvings: up once by a transposed convolution,
/// once between pixels. [N, 1, H, W] -> [N, classes, H, W].
template <class T>
struct UNet {
  using value_type = T;

  DoubleConv<T> inc, down1, down2, conv1, conv2;
  nn::ConvTranspose2d<T> up1;
  nn::Conv2d<T> outc;

  UNet(Index width, Index classes, Key key)
      : inc(double_conv<T>(1, width, key.of("inc"))),
        down1(double_conv<T>(width, 2 * width, key.of("down1"))),
        down2(double_conv<T>(2 * width, 4 * width, key.of("down2"))),
        conv1(double_conv<T>(4 * width, 2 * width, key.of("conv1"))),
        conv2(double_conv<T>(3 * width, width, key.of("conv2"))),
        up1({.in = 4 * width, .out = 2 * width, .kernel = 2, .stride = 2, .bias = true},
            key.of("up1")),
        outc({.in = width, .out = classes, .bias = true}, key.of("outc")) {}

  Variable<T> forward(const Variable<T>& x, nn::Context<T>& ctx) const {
    const auto full = inc.forward(x, ctx);
    const auto half = down1.forward(max_pool2d(full, {.kernel = 2}), ctx);
    const auto quarter = down2.forward(max_pool2d(half, {.kernel = 2}), ctx);
    const auto joined = conv1.forward(cat({half, up1(quarter)}, 1), ctx);
    const auto up2 = interpolate(
        joined, {.scale_factor = 2, .mode = InterpolateMode::bilinear, .align_corners = true});
    return outc(conv2.forward(cat({full, up2}, 1), ctx));
  }
  void visit(nn::Visitor<T>& v) const {
    v("inc", inc), v("down1", down1), v("down2", down2), v("up1", up1);
    v("conv1", conv1), v("conv2", conv2), v("outc", outc);
  }
};

template <class T>
using ConvNorm3d = nn::Sequential<nn::Conv3d<T>, nn::BatchNorm3d<T>>;
template <class T>
ConvNorm3d<T> conv_norm(const nn::Conv3dConfig& config, Key key) {
  return ConvNorm3d<T>(nn::Conv3d<T>(config, key), nn::BatchNorm3d<T>({.channels = config.out}));
}

template <class T>
struct BasicBlock3d {
  using value_type = T;

  ConvNorm3d<T> conv1, conv2;
  std::optional<ConvNorm3d<T>> downsample;

  BasicBlock3d(Index in, Index out, Index stride, Key key)
      : conv1(conv_norm<T>({.in = in, .out = out, .kernel = 3, .stride = stride, .padding = 1},
                           key.of("conv1"))),
        conv2(conv_norm<T>({.in = out, .out = out, .kernel = 3, .padding = 1}, key.of("conv2"))) {
    if (in != out || stride != 1)
      downsample = conv_norm<T>({.in = in, .out = out, .stride = stride}, key.of("downsample"));
  }
  Variable<T> forward(const Variable<T>& x, nn::Context<T>& ctx) const {
    const auto y = conv2.forward(relu(conv1.forward(x, ctx)), ctx);
    return relu(y + (downsample ? downsample->forward(x, ctx) : x));
  }
  void visit(nn::Visitor<T>& v) const {
    v("conv1", conv1), v("conv2", conv2);
    if (downsample) v("downsample", *downsample);
  }
};

/// torchvision's r3d_18 (Tran et al., 2018) where `width` is 64. [N, 3, T, H, W] -> [N, classes].
template <class T>
struct ResNet3d {
  using value_type = T;
  using Stage = nn::ModuleList<BasicBlock3d<T>>;

  ConvNorm3d<T> stem;
  Stage layer1, layer2, layer3, layer4;
  nn::Linear<T> fc;

  ResNet3d(Index width, Index classes, Key key)
      : stem(conv_norm<T>(
            {.in = 3, .out = width, .kernel = {3, 7, 7}, .stride = {1, 2, 2}, .padding = {1, 3, 3}},
            key.of("stem"))),
        layer1(stage(width, width, 1, key.of("layer1"))),
        layer2(stage(width, 2 * width, 2, key.of("layer2"))),
        layer3(stage(2 * width, 4 * width, 2, key.of("layer3"))),
        layer4(stage(4 * width, 8 * width, 2, key.of("layer4"))),
        fc({.in = 8 * width, .out = classes}, key.of("fc")) {}

  Variable<T> forward(const Variable<T>& x, nn::Context<T>& ctx) const {
    Variable<T> y = relu(stem.forward(x, ctx));
    for (const Stage* layer : {&layer1, &layer2, &layer3, &layer4})
      for (const auto& block : *layer) y = block.forward(y, ctx);
    return fc(flatten(adaptive_avg_pool3d(y, 1)));
  }
  void visit(nn::Visitor<T>& v) const {
    v("stem", stem), v("layer1", layer1), v("layer2", layer2), v("layer3", layer3);
    v("layer4", layer4), v("fc", fc);
  }

 private:
  static Stage stage(Index in, Index out, Index stride, Key key) {
    Stage blocks;
    blocks.append(BasicBlock3d<T>(in, out, stride, key.of(0)));
    blocks.append(BasicBlock3d<T>(out, out, 1, key.of(1)));
    return blocks;
  }
};

}  // namespace architectures
