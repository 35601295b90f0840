// A checkpoint of BN-Inception with the authors' keys and shapes, on blue, green and red from 0 to
// 255: the logits are PyTorch's, from tests/golden/checkpoint.safetensors (checkpoint.py beside
// it).
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/loader.hpp>
#include <adafuse/io/crc32.hpp>
#include <adafuse/io/weights_file.hpp>
#include <adafuse/train/evaluation.hpp>
#include <adafuse/train/start_weights.hpp>

#include "../data/scratch_dir.hpp"
#include "../golden/compare.hpp"

namespace checkpoint_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

/// Number `i` of those in [0, 1) that checkpoint.py draws for a name; `seed` is crc32(name) ^ salt.
double uniform(std::uint32_t i, std::uint32_t seed) {
  std::uint32_t h = i + seed;
  h = (h ^ (h >> 16)) * 0x7FEB352Du;
  h = (h ^ (h >> 15)) * 0x846CA68Bu;
  h ^= h >> 16;
  return double(h >> 8) / (1 << 24);
}

/// The weights that checkpoint.py fills a tensor with.
Tensor<float> weights_of(const std::string& name, const Shape& shape, std::uint32_t salt) {
  double scale = 1, begin = -0.5;
  if (name.ends_with("running_var")) {
    scale = 1.5, begin = 0.5;
  } else if (shape.rank() == 1) {
    begin = name.ends_with("weight") ? 0.5 : -0.5;
  } else {
    const double fan = static_cast<double>(shape.size() / shape[0]);
    scale = std::sqrt((name.find("gate_fc") != std::string::npos ? 48 : 24) / fan);
  }
  const std::uint32_t seed = io::crc32(name) ^ salt;
  auto tensor = Tensor<float>::uninitialized(shape);
  for (Index i = 0; i < tensor.size(); ++i) {
    const double u = uniform(static_cast<std::uint32_t>(i), seed);
    const double x = shape.rank() == 1 ? begin + scale * u : (u + begin) * scale;
    tensor.data()[i] = static_cast<float>(x);
  }
  return tensor;
}

/// One clip of given frames [T, H, W, 3].
class OneClip : public data::Dataset {
 public:
  explicit OneClip(Tensor<std::uint8_t> frames) : frames_(std::move(frames)) {}
  Index size() const override { return 1; }
  std::string name(Index) const override { return "clip"; }
  Index frame_count(Index) const override { return frames_.size(0); }
  std::int64_t label(Index) const override { return 2; }
  Tensor<std::uint8_t> frame(Index, Index t) const override { return frames_[t].clone(); }

 private:
  Tensor<std::uint8_t> frames_;
};

}  // namespace

TEST_CASE("checkpoint: the authors' BN-Inception in BGR computes PyTorch's logits") {
  const auto golden = io::read_safetensors(ADAFUSE_TEST_DIR "/golden/checkpoint.safetensors");
  const auto expected = golden.get<double>("checkpoint.logits");
  models::ModelConfig config;
  config.model = "bninception";
  config.fusion = models::parse_fusion("adafuse");
  config.classes = 7, config.frames = 3, config.policy_hidden = 16;

  io::TensorFile theirs;
  const auto salt =
      static_cast<std::uint32_t>(golden.get<std::int64_t>("checkpoint.salt").data()[0]);
  for (const auto& [name, shape] : models::state_shapes(config))
    theirs.tensors[name.starts_with("fc.") ? "module.new_" + name : "module.base_model." + name] =
        weights_of(name, shape, salt);
  const data::ScratchDir scratch("checkpoint");
  io::write_safetensors(scratch.path / "theirs.safetensors", theirs);

  const models::VideoModel<float> model(config, Key(0));
  const auto file = io::read_weights(scratch.path / "theirs.safetensors").weights;
  const auto report = load_checkpoint(model, file);
  CHECK(report.complete());
  CHECK(report.loaded.size() == theirs.tensors.size());

  const OneClip clips(golden.get<std::uint8_t>("checkpoint.frames"));
  data::LoaderConfig loading;
  loading.frames = 3;
  loading.sampling = data::Sampling::middle;
  loading.shuffle = false;
  loading.workers = 0;
  loading.normalisation = data::normalisation_of(data::Pixels::bgr255);
  const data::Loader loader(clips, loading);
  const NoGrad guard;
  for (const auto& batch : loader.epoch(0)) {
    AdaptiveContext<float> ctx;
    const auto logits = model.forward(batch.clips, ctx).logits.value();
    golden::check_close(logits.cast<double>(), expected, "logits", 1e-5);
  }
  // And `evaluate` counts what they cost: the upper bound saves less than the paper's formula.
  const auto result = evaluate(model, loader);
  CHECK(result.top1 == 100);
  CHECK(result.paper_fraction < result.upper_bound_fraction);
  CHECK(result.upper_bound_fraction < 1.1);
  loading.normalisation = {};
  CHECK(evaluate(model, data::Loader(clips, loading)).cross_entropy !=
        doctest::Approx(result.cross_entropy));
}

}  // namespace checkpoint_test
