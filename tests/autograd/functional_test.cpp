// Derivatives of whole functions: against PyTorch, against each other, and against differences.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/functional.hpp>
#include <adafuse/autograd/gradcheck.hpp>
#include <adafuse/ops/matmul.hpp>
#include <adafuse/ops/pow.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/trigonometry.hpp>

#include "../golden/layers.hpp"

namespace functional_test {

using namespace adafuse;
using golden::check_close;
using Var = Variable<double>;
using Vars = std::vector<Var>;

namespace {

/// The functions of `functional()` in layers.py.
Var f(const Vars& in) { return sin(in[0]) * in[1] + in[1] * in[1]; }
Var g(const Vars& in) {
  const Var y = f(in);
  return sum(y * y);
}

const golden::Case pytorch{"functional"};

/// [2, 3] -> [2, 2]: no two elements of the result depend on x alike.
Var bend(const Var& x) {
  const auto w = Tensor<double>::of({{1, 2}, {-3, 0.5}, {0.25, -1}});
  const Var y = matmul(x, w);
  return y * y + sin(y);
}

Tensor<double> randn(const Shape& shape, std::uint64_t key) {
  return Tensor<double>::randn(shape, Key(key));
}

/// [a..., b...] as a matrix [a, b], for b of `columns` elements.
Var as_matrix(const Var& x, Index columns) { return reshape(x, {x.size() / columns, columns}); }
Var as_column(const Var& x) { return reshape(x, {x.size(), 1}); }

}  // namespace

TEST_CASE("golden: functional derivatives of two inputs are PyTorch's") {
  const Vars in{pytorch["x"], pytorch["y"]}, uv{pytorch["u"], pytorch["v"]};
  const auto j = jacobian(f, in);
  check_close(j[0].value(), pytorch["jx"], "jx");
  check_close(j[1].value(), pytorch["jy"], "jy");
  const auto h = hessian(g, in);
  const char* const names[2][2] = {{"hxx", "hxy"}, {"hyx", "hyy"}};
  for (std::size_t a = 0; a < 2; ++a)
    for (std::size_t b = 0; b < 2; ++b)
      check_close(h[a][b].value(), pytorch[names[a][b]], names[a][b]);
  const auto forward = jvp(f, in, uv);
  check_close(forward.first.value(), pytorch["f"], "f");
  check_close(forward.second.value(), pytorch["jvp"], "jvp");
  const auto check_products = [&](const std::pair<Var, Vars>& got, const std::string& name,
                                  const char* value) {
    check_close(got.first.value(), pytorch[value], value);
    check_close(got.second[0].value(), pytorch[name + "_x"], name + "_x");
    check_close(got.second[1].value(), pytorch[name + "_y"], name + "_y");
  };
  check_products(vjp(f, in, pytorch["w"]), "vjp", "f");
  check_products(hvp(g, in, uv), "hvp", "g");
  check_products(vhp(g, in, uv), "vhp", "g");
}

TEST_CASE("jacobian: of a product with a matrix it is the matrix, [y.shape, x.shape]") {
  const auto w = randn({4, 3}, 1);
  const auto j = jacobian([&](const Var& x) { return matmul(w, x); }, randn({3}, 2));
  check_close(j.value(), w, "w");
  const auto of_square = jacobian(bend, randn({2, 3}, 3));
  CHECK(of_square.shape() == Shape{2, 2, 2, 3});
}

TEST_CASE("jacobian: agrees with differences") {
  const auto x = randn({2, 3}, 4);
  const auto j = as_matrix(jacobian(bend, x), 6).value();
  constexpr double step = 1e-6;
  for (Index i = 0; i < 6; ++i) {
    auto above = x.clone(), below = x.clone();
    above.data()[i] += step, below.data()[i] -= step;
    const auto high = bend(above).value(), low = bend(below).value();
    for (Index k = 0; k < 4; ++k)
      CHECK(j(k, i) ==
            doctest::Approx((high.data()[k] - low.data()[k]) / (2 * step)).epsilon(1e-6));
  }
}

TEST_CASE("vjp and jvp: are products with the Jacobian") {
  const auto x = randn({2, 3}, 5), u = randn({2, 3}, 6), v = randn({2, 2}, 7);
  const Var j = as_matrix(jacobian(bend, x), 6);
  const auto [y, pulled] = vjp(bend, x, v);
  const auto [z, pushed] = jvp(bend, x, u);
  check_close(y.value(), bend(x).value(), "y");
  check_close(z.value(), bend(x).value(), "z");
  check_close(pulled.value(), reshape(matmul(reshape(v, {1, 4}), j), {2, 3}).value(), "vjp");
  check_close(pushed.value(), reshape(matmul(j, as_column(u)), {2, 2}).value(), "jvp");
}

TEST_CASE("hessian, hvp and vhp: of a quadratic form, and as products with the Hessian") {
  const auto a = randn({3, 3}, 8), x = randn({3}, 9), v = randn({3}, 10);
  const auto quadratic = [&](const Var& at) { return sum(at * matmul(a, at)); };
  const Var symmetric = a + transpose(a, 0, 1);
  check_close(hessian(quadratic, x).value(), symmetric.value(), "A + A^T");

  const auto number = [](const Var& at) { return sum(bend(at)); };
  const auto at = randn({2, 3}, 11), along = randn({2, 3}, 12);
  const Var h = as_matrix(hessian(number, at), 6);
  const auto product = reshape(matmul(h, as_column(along)), {2, 3});
  check_close(hvp(number, at, along).second.value(), product.value(), "hvp");
  check_close(vhp(number, at, along).second.value(), product.value(), "vhp");
  check_close(hvp(number, at, along).first.value(), number(at).value(), "value");
}

TEST_CASE(
    "functional: an input that does not matter has zeros, and so has a function that is flat") {
  const auto first = [](const Vars& in) { return in[0] * 2; };
  const Vars in{randn({2}, 13), randn({3}, 14)};
  const auto j = jacobian(first, in);
  check_close(j[1].value(), Tensor<double>({2, 3}), "other input");
  check_close(jvp(first, in, in).second.value(), (in[0] * 2).value(), "jvp");
  const auto linear_sum = [](const Var& x) { return sum(x); };
  check_close(hessian(linear_sum, in[0]).value(), Tensor<double>({2, 2}), "no second derivative");
  check_close(hvp(linear_sum, in[0], in[0]).second.value(), Tensor<double>({2}), "hvp");
  const auto fixed = [](const Var&) { return Var(Tensor<double>::ones({2})); };
  check_close(jacobian(fixed, in[1]).value(), Tensor<double>({2, 3}), "constant");
}

TEST_CASE("functional: parameters keep their own gradients, and results have no history") {
  const Var x = parameter(randn({3}, 15)), w = parameter(randn({3}, 16));
  const auto weighted = [&](const Var& at) { return sum(at * at * w); };
  const auto [y, product] = vhp(weighted, x, randn({3}, 17));
  CHECK(!y.requires_grad());
  CHECK(!product.requires_grad());
  CHECK(!jacobian(weighted, x).requires_grad());
  CHECK(!x.grad().defined());
  CHECK(!w.grad().defined());
  const NoGrad guard;  // it computes derivatives all the same
  CHECK(jacobian(weighted, x).value()(0) == doctest::Approx(2 * x.value()(0) * w.value()(0)));
}

TEST_CASE("functional: with create_graph results are differentiated again") {
  const FunctionalOptions on{.create_graph = true};
  const std::vector<Tensor<double>> x_and_v{randn({2, 3}, 18), randn({2, 3}, 19)};
  const auto number = [](const Var& at) { return sum(bend(at)); };
  const auto check = [&](const char* name, const DifferentiableFunction& derivative) {
    const auto result = gradcheck(name, derivative, x_and_v);
    CHECK_MESSAGE(result, result);
  };
  check("jacobian", [&](const Vars& in) { return jacobian(bend, in[0], on) + sum(in[1]); });
  check("hessian", [&](const Vars& in) { return hessian(number, in[0], on) + sum(in[1]); });
  check("jvp", [&](const Vars& in) { return jvp(bend, in[0], in[1], on).second; });
  check("hvp", [&](const Vars& in) { return hvp(number, in[0], in[1], on).second; });
  check("vhp", [&](const Vars& in) { return vhp(number, in[0], in[1], on).second; });
  check("vjp", [&](const Vars& in) { return vjp(bend, in[0], bend(in[1]), on).second; });
}

TEST_CASE("functional: what does not fit is refused") {
  const Vars in{randn({2}, 20)};
  CHECK_THROWS_AS(vjp(bend, randn({2, 3}, 21), randn({3}, 22)), ShapeError);
  CHECK_THROWS_AS(jvp(bend, randn({2, 3}, 21), randn({2, 2}, 22)), ShapeError);
  CHECK_THROWS_AS(hessian(bend, randn({2, 3}, 21)), ShapeError);
  CHECK_THROWS_AS(hvp(bend, randn({2, 3}, 21), randn({2, 3}, 22)), ShapeError);
  CHECK_THROWS_AS(jvp(g, in, Vars{}), ValueError);
}

}  // namespace functional_test
