// Means of weights along a run, against PyTorch's AveragedModel.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/optim/average.hpp>

#include "../golden/layers.hpp"

namespace average_test {

using namespace adafuse;
using golden::check_close;
using Average = optim::WeightAverage<double>;

namespace {

void set(const Variable<double>& p, const Tensor<double>& value) {
  const NoGrad guard;
  p.mutable_value().copy_from(value);
}

}  // namespace

TEST_CASE("golden: swa and ema are PyTorch's averages after every update") {
  const auto p = parameter(Tensor<double>({2, 3}));
  auto plain = optim::swa<double>({p}), moving = optim::ema<double>({p}, {.decay = 0.9});
  for (int step = 0; step < 4; ++step) {
    CAPTURE(step);
    const golden::Case now{concat("average.", step)};
    set(p, now["weight"]);
    plain.update(), moving.update();
    check_close(plain.averages()[0], now["plain"], "plain");
    check_close(moving.averages()[0], now["moving"], "moving");
  }
  CHECK(plain.updates() == 4);
}

TEST_CASE("WeightAverage: in place the parameters hold the averages, and afterwards their own") {
  const auto p = parameter(Tensor<double>::of({1, 2}));
  auto swa = optim::swa<double>({p});
  swa.update();
  set(p, Tensor<double>::of({3, 6}));
  swa.update();
  {
    const auto averaged = swa.in_place();
    CHECK(p.value()(0) == 2);
    CHECK(p.value()(1) == 4);
  }
  CHECK(p.value()(0) == 3);
  CHECK(p.value()(1) == 6);
  const auto other = parameter(Tensor<double>({2}));
  swa.copy_to({other});
  CHECK(other.value()(1) == 4);
}

TEST_CASE("WeightAverage: goes on from a saved state bit by bit") {
  const auto p = parameter(Tensor<double>({5}));
  const std::optional<optim::EmaOptions> kinds[] = {std::nullopt, optim::EmaOptions{.decay = 0.7}};
  for (const auto& ema : kinds) {
    Average whole({p}, ema), first({p}, ema), second({p}, ema);
    for (std::uint64_t step = 0; step < 6; ++step) {
      set(p, Tensor<double>::randn({5}, Key(step)));
      whole.update();
      if (step == 3) second.restore(first.updates(), first.state());
      (step < 3 ? first : second).update();
    }
    CHECK(std::equal(whole.averages()[0].begin(), whole.averages()[0].end(),
                     second.averages()[0].begin()));
    CHECK(!second.averages()[0].shares_with(first.averages()[0]));
  }
}

TEST_CASE("WeightAverage: what does not fit is refused, and nothing is changed") {
  const auto p = parameter(Tensor<double>::ones({2}));
  CHECK_THROWS_AS(Average({p, p}), ValueError);
  CHECK_THROWS_AS(Average({p * 2}), ValueError);
  CHECK_THROWS_AS(optim::ema<double>({p}, {.decay = 1}), ValueError);
  Average average({p});
  CHECK_THROWS_AS(average.copy_to({p}), ValueError);
  CHECK_THROWS_AS([&] { const auto averaged = average.in_place(); }(), ValueError);
  average.update();
  CHECK_THROWS_AS(average.copy_to({}), ValueError);
  CHECK_THROWS_AS(average.copy_to({parameter(Tensor<double>({3}))}), ShapeError);
  CHECK_THROWS_AS(average.restore(1, {}), ValueError);
  CHECK_THROWS_AS(average.restore(1, {{"average.1", Tensor<double>({2})}}), ValueError);
  CHECK_THROWS_AS(average.restore(1, {{"average.0", Tensor<double>({3})}}), ShapeError);
  CHECK_THROWS_AS(average.restore(-1, {}), ValueError);
  CHECK(average.updates() == 1);
  average.restore(0, {});
  CHECK(average.state().empty());
}

}  // namespace average_test
