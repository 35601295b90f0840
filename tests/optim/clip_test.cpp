// Clipping: against PyTorch, and what it refuses to hide.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/optim/clip.hpp>

#include "../golden/layers.hpp"

namespace clip_test {

using namespace adafuse;
using golden::check_close;

TEST_CASE("golden: clip_by_norm scales as PyTorch does, and leaves small gradients alone") {
  for (int number = 0; number < 2; ++number) {
    CAPTURE(number);
    const golden::Case c{concat("clip.", number)};
    const auto p = parameter(Tensor<double>({3})), q = parameter(Tensor<double>({2, 2}));
    p.set_grad(c["dp"]), q.set_grad(c["dq"]);
    CHECK(optim::clip_by_norm<double>({p, q}, c["options"](0)) ==
          doctest::Approx(c["norm"].item()).epsilon(1e-12));
    check_close(p.grad().value(), c["clipped_dp"], "p");
    check_close(q.grad().value(), c["clipped_dq"], "q");
  }
}

TEST_CASE("clip_by_norm: the norm after is at most the largest, and the direction stays") {
  const auto p = parameter(Tensor<double>({2})), unused = parameter(Tensor<double>({2}));
  const auto gradient = Tensor<double>::of({3, 4});
  p.set_grad(gradient);
  CHECK(optim::clip_by_norm<double>({p, unused}, 1) == doctest::Approx(5));
  CHECK(optim::clip_by_norm<double>({p, unused}, 1) == doctest::Approx(1).epsilon(1e-6));
  CHECK(p.grad().value()(0) / p.grad().value()(1) == doctest::Approx(0.75));
  CHECK(gradient(0) == 3);  // what somebody else may hold is not written
  CHECK(!unused.grad().defined());
}

TEST_CASE("clip_by_norm: a norm that is not finite is an error, and so is a bound of nothing") {
  const auto p = parameter(Tensor<float>({2}));
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    p.set_grad(Tensor<float>::of({1, bad}));
    CHECK_THROWS_AS(optim::clip_by_norm<float>({p}, 1), ValueError);
    CHECK(p.grad().value()(0) == 1);
  }
  p.set_grad(Tensor<float>::ones({2}));
  CHECK_THROWS_AS(optim::clip_by_norm<float>({p}, 0), ValueError);
  CHECK_THROWS_AS(optim::clip_by_norm<float>({p}, std::nan("")), ValueError);
}

TEST_CASE("golden: clip_by_value clips as PyTorch does") {
  const golden::Case c{"clip_value"};
  const auto p = parameter(Tensor<double>({3})), unused = parameter(Tensor<double>({2}));
  p.set_grad(c["dp"]);
  optim::clip_by_value<double>({p, unused}, 0.5);
  check_close(p.grad().value(), c["clipped_dp"], "p");
  CHECK(!unused.grad().defined());
}

TEST_CASE("clip_by_value: each element by itself, infinities too, and a NaN stays") {
  const float infinity = std::numeric_limits<float>::infinity();
  const auto p = parameter(Tensor<float>({5}));
  const auto gradient = Tensor<float>::of({-infinity, -1, 0.5, infinity, std::nanf("")});
  p.set_grad(gradient);
  optim::clip_by_value<float>({p}, 1);
  const auto clipped = p.grad().value();
  CHECK(clipped(0) == -1);
  CHECK(clipped(1) == -1);
  CHECK(clipped(2) == 0.5f);
  CHECK(clipped(3) == 1);
  CHECK(std::isnan(clipped(4)));
  CHECK(gradient(0) == -infinity);  // what somebody else may hold is not written
  CHECK_THROWS_AS(optim::clip_by_value<float>({p}, 0), ValueError);
  CHECK_THROWS_AS(optim::clip_by_value<float>({p}, std::nan("")), ValueError);
}

}  // namespace clip_test
