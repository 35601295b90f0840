// The probe, part by part: decisions that are exchanged, a classifier that sees nothing else, norms
// that are estimated again, and all of it on a small network.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/probe.hpp>

#include "../models/lively_model.hpp"
#include "tiny_run.hpp"

namespace probe_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

/// Two blocks of 3 frames, of 4 and 2 channels, drawn; a clip's label is the action of the second
/// block's channel 1 in frame 2.
struct MadeUp {
  RecordedDecisions decisions;
  LabelSets labels;

  MadeUp(Index clips, Key key) {
    for (const auto& [block, channels] : {std::pair("a", Index{4}), std::pair("b", Index{2})}) {
      auto& all = decisions[block] = Tensor<std::uint8_t>({clips, 3, channels});
      for (Index i = 0; i < all.size(); ++i)
        all.data()[i] =
            static_cast<std::uint8_t>(3 * key.of(block).uniform(static_cast<std::uint64_t>(i)));
    }
    for (Index n = 0; n < clips; ++n) labels.push_back({decisions.at("b")(n, 2, 1)});
  }
};

double accuracy(const Tensor<double>& logits, const LabelSets& labels) {
  return train::detail::row_of(Probed::own, logits, labels, false, 1).top1;
}

models::VideoModel<float> lively(const std::string& fusion = "adafuse") {
  auto config = tiny_config(fusion).model;
  config.classes = 9;
  return models::lively_model<float>(config);
}

data::LoaderConfig in_batches_of(Index batch) { return test_loader({}, 4, batch); }

}  // namespace

TEST_CASE("other_clips: each clip gets another one, each once, the same for the same key") {
  for (const Index clips : {2, 3, 50}) {
    const auto of = other_clips(clips, Key(4));
    CHECK(of == other_clips(clips, Key(4)));
    auto sorted = of;
    std::sort(sorted.begin(), sorted.end());
    CHECK(sorted == own_clips(clips));
    for (Index i = 0; i < clips; ++i) CHECK(of[static_cast<std::size_t>(i)] != i);
  }
  CHECK(other_clips(50, Key(4)) != other_clips(50, Key(5)));
  CHECK_THROWS_WITH_AS(other_clips(1, Key(4)), doctest::Contains("at least 2 clips, got 1"),
                       ValueError);
}

TEST_CASE("majority and one-hot columns: counted by hand") {
  RecordedDecisions decisions;  // 3 clips, 1 frame; the first channel is always skipped
  decisions["a"] = Tensor<std::uint8_t>::of({{2, 0}, {2, 1}, {2, 1}}).reshape({3, 1, 2});
  decisions["b"] = Tensor<std::uint8_t>::of({{2}, {1}, {0}}).reshape({3, 1, 1});
  const auto most = majority(decisions);
  CHECK(most.at("a")(0, 0, 0) == 2);
  CHECK(most.at("a")(0, 0, 1) == 1);
  CHECK(most.at("b")(0, 0, 0) == 0);  // all are equally common
  CHECK(one_hot_size(decisions) == 9);
  const std::vector<Index> columns = {3, 4, 6, 7, 8};
  CHECK(varying_columns(decisions) == columns);
  const auto x = one_hot_columns(decisions, columns);
  const auto expected = Tensor<double>::of({{1, 0, 0, 0, 1}, {0, 1, 0, 1, 0}, {0, 1, 1, 0, 0}});
  CHECK(std::equal(x.begin(), x.end(), expected.begin(), expected.end()));
}

TEST_CASE("linear probe: finds labels that are a function of decisions; of other clips, chance") {
  const MadeUp train(300, Key(1)), val(300, Key(2));
  const auto columns = varying_columns(train.decisions);
  REQUIRE(columns.size() == 54);
  const auto probe = fit_linear_probe(one_hot_columns(train.decisions, columns), train.labels, 3);
  const auto x = one_hot_columns(val.decisions, columns);
  CHECK(accuracy(probe.logits(x), val.labels) == 100);
  Tensor<double> shuffled(x.shape());
  const auto of = other_clips(300, Key(3));
  for (Index n = 0; n < 300; ++n) shuffled[n].copy_from(x[of[static_cast<std::size_t>(n)]]);
  CHECK(accuracy(probe.logits(shuffled), val.labels) == doctest::Approx(33.3).epsilon(0.25));
}

TEST_CASE("linear probe: at its optimum the derivative, computed by loops, is zero") {
  const MadeUp clips(40, Key(6));
  auto labels = clips.labels;
  labels[3] = {0, 2};
  const auto x = one_hot_columns(clips.decisions, varying_columns(clips.decisions));
  for (const bool several : {false, true}) {
    CAPTURE(several);
    const auto probe = fit_linear_probe(x, labels, 3, {.ridge = 0.5, .several_labels = several});
    const auto z = probe.logits(x);
    Tensor<double> dw({x.size(1), 3}), db({3});
    for (Index n = 0; n < 40; ++n) {
      const auto& own = labels[static_cast<std::size_t>(n)];
      double sum = 0;
      for (Index k = 0; k < 3; ++k) sum += std::exp(z(n, k));
      for (Index k = 0; k < 3; ++k) {
        const bool has = several ? std::count(own.begin(), own.end(), k) > 0 : own.front() == k;
        const double p = several ? 1 / (1 + std::exp(-z(n, k))) : std::exp(z(n, k)) / sum;
        const double dz = p - (has ? 1 : 0);
        db(k) += dz;
        for (Index j = 0; j < x.size(1); ++j) dw(j, k) += dz * x(n, j);
      }
    }
    double largest = 0;
    for (Index k = 0; k < 3; ++k) {
      largest = std::max(largest, std::abs(db(k)));
      for (Index j = 0; j < x.size(1); ++j)
        largest = std::max(largest, std::abs(dw(j, k) + 0.5 * probe.weight(j, k)));
    }
    CHECK(largest < 1e-4);  // a sum over 40 clips; each mean is below 1e-6
    CHECK(std::abs(probe.weight(0, 0)) > 1e-3);
  }
}

TEST_CASE("linear probe: without features it answers the commonest class") {
  const auto probe = fit_linear_probe(Tensor<double>({4, 0}), {{1}, {1}, {0}, {1}}, 2);
  CHECK(probe.bias(1) - probe.bias(0) == doctest::Approx(std::log(3.0)).epsilon(1e-4));
  const auto logits = probe.logits(Tensor<double>({2, 0}));
  CHECK(logits.shape() == Shape{2, 2});
  CHECK(logits(1, 1) > logits(1, 0));
}

TEST_CASE("linear probe: what it does not take is said") {
  const Tensor<double> x({2, 3});
  CHECK_THROWS_WITH_AS(fit_linear_probe(x, {{0}, {1}}, 2, {.ridge = -1}),
                       doctest::Contains("ridge of at least 0, got -1"), ValueError);
  CHECK_THROWS_WITH_AS(fit_linear_probe(x, {{0}, {2}}, 2), doctest::Contains("label 2 is outside"),
                       ValueError);
  CHECK_THROWS_WITH_AS(fit_linear_probe(x, {{0}, {}}, 2), doctest::Contains("clip 1 has no label"),
                       ValueError);
  CHECK_THROWS_AS(fit_linear_probe(x, {{0}}, 2), ShapeError);
  CHECK_THROWS_AS(fit_linear_probe(x, {{0}, {1}}, 2).logits(Tensor<double>({2, 4})), ShapeError);
}

TEST_CASE("decisions_of: own decisions, replayed, are the evaluation again; what lacks is said") {
  const TinyGestures gestures("probe-replay");
  const auto dataset = data::load_dataset(gestures.dir);
  const auto model = lively();
  const auto own =
      evaluate(model, data::Loader(dataset.val, in_batches_of(9)), {.keep_decisions = true});
  const data::Loader in_fours(dataset.val, in_batches_of(4));
  const auto again =
      evaluate(model, in_fours, {.decisions = decisions_of(own.decisions, own_clips(9))});
  CHECK(again.actions.count == own.actions.count);
  CHECK(again.top1 == own.top1);
  CHECK(again.cross_entropy == doctest::Approx(own.cross_entropy).epsilon(1e-6));
  // Exchanged decisions move with their clips.
  const auto of = other_clips(9, Key(1));
  const auto others = evaluate(
      model, in_fours, {.keep_decisions = true, .decisions = decisions_of(own.decisions, of)});
  for (const auto& [block, all] : own.decisions)
    for (Index i = 0; i < 9; ++i) {
      const auto got = others.decisions.at(block)[i];
      const auto expected = all[of[static_cast<std::size_t>(i)]];
      CHECK(std::equal(got.begin(), got.end(), expected.begin(), expected.end()));
    }
  CHECK(others.cross_entropy != own.cross_entropy);

  CHECK_THROWS_WITH_AS(evaluate(model, in_fours, {.decisions = decisions_of({}, own_clips(9))}),
                       doctest::Contains("none are recorded"), ShapeError);
  CHECK_THROWS_WITH_AS(
      evaluate(model, in_fours, {.decisions = decisions_of(own.decisions, own_clips(3))}),
      doctest::Contains("clip 3 is not recorded"), ShapeError);
}

TEST_CASE("estimate_norms: the first norm's are those of the first convolution's maps, by hand") {
  const TinyGestures gestures("probe-norms");
  const auto dataset = data::load_dataset(gestures.dir);
  const auto model = lively();
  const auto state = nn::state_tensors(model);
  std::map<std::string, Tensor<float>> before;
  for (const auto& [name, tensor] : state) before[name] = tensor.clone();
  const data::Loader loader(dataset.train, in_batches_of(12));  // 12 and 6 clips
  estimate_norms(model, loader, keep_all<float>());

  const NoGrad guard;
  std::vector<double> mean(16), variance(16);
  const auto& w = state.at("conv1.weight");
  REQUIRE(w.size(0) == 16);
  for (const auto& batch : loader.epoch(0)) {
    const auto maps = conv2d(fold_time(Variable<float>(batch.clips)), Variable<float>(w),
                             {.stride = 2, .padding = w.size(2) / 2})
                          .value();  // [N*T, 16, h, w]
    const Index area = maps.size(2) * maps.size(3);
    const double count = static_cast<double>(maps.size(0) * area);
    for (Index c = 0; c < 16; ++c) {
      double sum = 0, squares = 0;
      for (Index f = 0; f < maps.size(0); ++f)
        for (const float v : maps[f][c]) sum += static_cast<double>(v);
      for (Index f = 0; f < maps.size(0); ++f)
        for (const float v : maps[f][c])
          squares += std::pow(static_cast<double>(v) - sum / count, 2);
      const double share = static_cast<double>(batch.clips.size(0)) / 18;
      mean[static_cast<std::size_t>(c)] += share * sum / count;
      variance[static_cast<std::size_t>(c)] += share * squares / (count - 1);
    }
  }
  for (Index c = 0; c < 16; ++c) {
    CHECK(static_cast<double>(state.at("bn1.running_mean")(c)) ==
          doctest::Approx(mean[static_cast<std::size_t>(c)]).epsilon(1e-4));
    CHECK(static_cast<double>(state.at("bn1.running_var")(c)) ==
          doctest::Approx(variance[static_cast<std::size_t>(c)]).epsilon(1e-4));
  }
  Index moved = 0;
  for (const auto& [name, tensor] : state) {
    const bool same = std::equal(tensor.begin(), tensor.end(), before.at(name).begin());
    const bool of_norm = name.find("running_") != std::string::npos && !is_of_agent(name);
    const std::string& tensor_name = name;
    CHECK_MESSAGE(same == !of_norm, tensor_name);
    moved += !same;
  }
  CHECK(moved > 6);
}

TEST_CASE("estimate_norms: of a network with another momentum, every norm's are the batch's") {
  const TinyGestures gestures("probe-inception");
  const auto dataset = data::load_dataset(gestures.dir);
  auto config = tiny_config("adafuse").model;
  config.model = "bninception";
  config.stem_stride = models::ModelConfig().stem_stride;
  config.classes = 9;
  const models::VideoModel<float> model(config, Key(2));
  auto loading = in_batches_of(2);
  loading.size = 32;
  loading.frames = 2;
  const data::Loader loader(dataset.val, loading);
  const auto batch = [&loader] {
    for (const auto& first : loader.epoch(0)) return first;
    throw ValueError("no batch");
  }();
  struct OneBatch : data::Dataset {
    const data::Dataset& all;
    explicit OneBatch(const data::Dataset& of) : all(of) {}
    Index size() const override { return 2; }
    std::string name(Index clip) const override { return all.name(clip); }
    Index frame_count(Index clip) const override { return all.frame_count(clip); }
    std::int64_t label(Index clip) const override { return all.label(clip); }
    Tensor<std::uint8_t> frame(Index clip, Index t) const override { return all.frame(clip, t); }
  };
  const OneBatch two(dataset.val);
  estimate_norms(model, data::Loader(two, loading), keep_all<float>());
  std::map<std::string, Tensor<float>> estimated;
  auto state = nn::state_tensors(model);
  for (auto& [name, tensor] : state) {
    if (name.find("running_") == std::string::npos || is_of_agent(name)) continue;
    estimated[name] = tensor.clone();
    std::fill(tensor.begin(), tensor.end(), 0.0f);
  }
  REQUIRE(estimated.size() > 100);
  const NoGrad guard;
  AdaptiveContext<float> ctx(true, Key(1));
  ctx.decisions = keep_all<float>();
  model.forward(batch.clips, ctx);
  for (const auto& [name, tensor] : estimated) {
    double largest = 0, difference = 0;
    for (Index c = 0; c < tensor.size(); ++c) {
      const double expected = static_cast<double>(state.at(name)(c)) / 0.9;
      largest = std::max(largest, std::abs(expected));
      difference = std::max(difference, std::abs(static_cast<double>(tensor(c)) - expected));
    }
    const std::string& tensor_name = name;
    CHECK_MESSAGE(difference <= 1e-5 * largest, tensor_name);
  }
}

TEST_CASE("probe: rows are those of evaluations, for any number of threads, and nothing changes") {
  const TinyGestures gestures("probe-rows");
  const auto dataset = data::load_dataset(gestures.dir);
  const auto model = lively();
  std::map<std::string, Tensor<float>> before;
  for (const auto& [name, tensor] : nn::state_tensors(model)) before[name] = tensor.clone();
  const int threads = num_threads();
  set_num_threads(1);
  const auto one = probe(model, dataset.train, dataset.val, in_batches_of(4));
  set_num_threads(3);
  const auto three = probe(model, dataset.train, dataset.val, in_batches_of(4));
  set_num_threads(threads);
  REQUIRE(one.rows.size() == std::size(probed_words));
  for (std::size_t r = 0; r < one.rows.size(); ++r) {
    CHECK(one.rows[r].probed == static_cast<Probed>(r));
    CHECK(one.rows[r].clips == 9);
    CHECK(one.rows[r].top1 == three.rows[r].top1);
    CHECK(one.rows[r].map == three.rows[r].map);
    CHECK(one.rows[r].macs_fraction == three.rows[r].macs_fraction);
  }
  for (const auto& [name, tensor] : nn::state_tensors(model)) {
    const std::string& tensor_name = name;
    CHECK_MESSAGE(std::equal(tensor.begin(), tensor.end(), before.at(name).begin()), tensor_name);
  }

  const data::Loader loader(dataset.val, in_batches_of(4));
  const auto own = evaluate(model, loader);
  CHECK(one.rows[0].top1 == own.top1);
  CHECK(one.rows[0].map == map_of(own));
  CHECK(one.rows[0].macs_fraction == own.macs_fraction);
  const auto keep = evaluate(model, loader, {.policy = parse_policy("keep-all")});
  CHECK(one.rows[3].map == map_of(keep));
  CHECK(one.rows[3].macs_fraction == keep.macs_fraction);
  CHECK(one.rows[4].macs_fraction == keep.macs_fraction);
  CHECK(one.rows[4].map != one.rows[3].map);
  CHECK(one.rows[6].top1 == doctest::Approx(100.0 / 9));
  CHECK(one.val_shares[4] == doctest::Approx(1.0 / 9));
  CHECK(0 < one.varying_features);
  CHECK(one.varying_features < one.features);
}

TEST_CASE("probe: decisions that are the same everywhere are everybody's, and say nothing") {
  const TinyGestures gestures("probe-constant");
  const auto dataset = data::load_dataset(gestures.dir);
  const auto result = probe(lively(), dataset.train, dataset.val, in_batches_of(9),
                            {.policy = parse_policy("keep-all")});
  for (const auto probed : {Probed::another_clip, Probed::majority, Probed::keep_all}) {
    const auto& row = result.rows[static_cast<std::size_t>(probed)];
    CHECK(row.top1 == result.rows[0].top1);
    CHECK(row.map == result.rows[0].map);
    CHECK(row.macs_fraction == result.rows[0].macs_fraction);
  }
  CHECK(result.varying_features == 0);
  CHECK(result.rows[5].top1 == doctest::Approx(100.0 / 9));  // two clips of each class
}

TEST_CASE("probe: a network that decides nothing is refused") {
  const TinyGestures gestures("probe-dense");
  const auto dataset = data::load_dataset(gestures.dir);
  CHECK_THROWS_WITH_AS(probe(lively("tsm"), dataset.train, dataset.val, in_batches_of(9)),
                       doctest::Contains("decides nothing"), ValueError);
}

}  // namespace probe_test
