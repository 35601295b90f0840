// The vector functions against the standard library in more digits. All floats, and more doubles:
// scripts/soak/vector_functions.cpp.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/kernels/function.hpp>
#include <bit>
#include <limits>
#include <string>
#include <vector>

#include "exact_values.hpp"

namespace function_test {

using namespace adafuse;
using namespace adafuse::kernels;
using exact_values::exactly, exact_values::units, exact_values::Wider;

namespace {

bool crosses_zero(Function f) { return f == Function::gelu_slope || f == Function::mish_slope; }

/// Units in the last place that a value may be off.
template <class T>
double allowed(Function f) {
  return std::is_same_v<T, double> && f == Function::mish ? 4 : 2;
}

/// Arguments of all sizes and signs, and many where the functions bend.
std::vector<float> arguments(float) {
  std::vector<float> x;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 60013)
    x.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  Draws draws(Key(1));
  for (int i = 0; i < 30000; ++i) x.push_back(static_cast<float>(draws.uniform(-20, 20)));
  return x;
}
std::vector<double> arguments(double) {
  std::vector<double> x;
  Draws draws(Key(2));
  for (int i = 0; i < 40000; ++i) x.push_back(draws.uniform(-40, 40));
  for (int i = 0; i < 30000; ++i) {
    const auto exponent = static_cast<int>(draws.integer(80)) - 60;
    x.push_back(std::ldexp(draws.uniform(-1, 1), exponent));
  }
  for (int i = 0; i < 30000; ++i)
    x.push_back(std::bit_cast<double>(Key(3).bits(static_cast<std::uint64_t>(i))));
  return x;
}

template <class T>
std::vector<T> values_of(Function f, const std::vector<T>& x) {
  std::vector<T> y(x.size());
  apply_any(f, std::ssize(x), x.data(), y.data());
  return y;
}

template <class T>
void check_all(const std::vector<T>& x) {
  for (std::size_t k = 0; k < function_count; ++k) {
    const auto f = static_cast<Function>(k);
    const auto y = values_of(f, x);
    double worst = 0;
    T where{};
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto exact = exactly(f, static_cast<Wider<T>>(x[i]));
      const double off = crosses_zero(f) && !std::isnan(y[i]) && !std::isnan(exact)
                             ? static_cast<double>(std::abs(static_cast<Wider<T>>(y[i]) - exact)) /
                                   (4 * static_cast<double>(std::numeric_limits<T>::epsilon()))
                             : units(y[i], exact);
      if (off > worst) worst = off, where = x[i];
    }
    CAPTURE(std::string(exact_values::names[k]));
    CAPTURE(where);
    CHECK(worst <= allowed<T>(f));
  }
}

}  // namespace

TEST_CASE("function: floats are within two units in the last place") { check_all(arguments(0.f)); }

TEST_CASE("function: doubles are within two units in the last place, mish within four") {
  check_all(arguments(0.));
}

TEST_CASE_TEMPLATE("function: special values are the standard library's", T, float, double) {
  using Limits = std::numeric_limits<T>;
  std::vector<T> x = {0,
                      Limits::infinity(),
                      Limits::quiet_NaN(),
                      Limits::denorm_min(),
                      3 * Limits::denorm_min(),
                      Limits::min(),
                      Limits::max(),
                      Limits::epsilon(),
                      1,
                      std::nextafter(T{1}, T{0}),
                      T{0.5},
                      2,
                      20,
                      100,
                      1000};
  // Where e^x and e^-x overflow and vanish.
  for (const double end : {88.7228, 103.2789, 103.9720, 709.7827, 744.4400, 745.1332})
    for (int i = -3; i <= 3; ++i) x.push_back(static_cast<T>(end * (1 + i * 1e-6)));
  for (std::size_t i = x.size(); i-- > 0;) x.push_back(-x[i]);
  check_all(x);
  for (const auto f :
       {Function::exp, Function::expm1, Function::log, Function::log1p, Function::log2,
        Function::sqrt, Function::tanh, Function::erf, Function::sin, Function::cos}) {
    const auto y = values_of(f, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const T expected = static_cast<T>(exactly(f, static_cast<Wider<T>>(x[i])));
      CAPTURE(x[i]);
      CHECK(std::isnan(y[i]) == std::isnan(expected));
      CHECK(std::isinf(y[i]) == std::isinf(expected));
      if (!std::isnan(expected)) CHECK(std::signbit(y[i]) == std::signbit(expected));
    }
  }
}

TEST_CASE("function: roots are right to the last digit") {
  const auto x = arguments(0.f);
  const auto y = values_of(Function::sqrt, x);
  bool all = true;
  for (std::size_t i = 0; i < x.size(); ++i)
    all &= std::isnan(y[i]) ? std::isnan(std::sqrt(x[i])) : y[i] == std::sqrt(x[i]);
  CHECK(all);
}

TEST_CASE_TEMPLATE("function: a value depends on its argument alone", T, float, double) {
  std::vector<T> x(200);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(0.05) * static_cast<T>(i + 1);
  for (std::size_t k = 0; k < function_count; ++k) {
    const auto f = static_cast<Function>(k);
    const auto whole = values_of(f, x);
    CAPTURE(std::string(exact_values::names[k]));
    for (std::size_t begin = 0; begin < 20; ++begin)
      for (std::size_t count = 0; count < 40; ++count) {
        std::vector<T> part(x.begin() + static_cast<std::ptrdiff_t>(begin),
                            x.begin() + static_cast<std::ptrdiff_t>(begin + count));
        part.push_back(7);
        apply_any(f, std::ssize(part) - 1, part.data(), part.data());  // in place
        REQUIRE(part.back() == 7);
        part.pop_back();
        REQUIRE(std::equal(part.begin(), part.end(),
                           whole.begin() + static_cast<std::ptrdiff_t>(begin)));
      }
  }
}

namespace {

/// FNV-1a of the bits of all values; NaNs are alike.
template <class T>
void add_to_hash(std::uint64_t& hash, const std::vector<T>& values) {
  using Bits = std::conditional_t<std::is_same_v<T, float>, std::uint32_t, std::uint64_t>;
  for (const T v : values)
    hash = (hash ^ (std::isnan(v) ? 1 : std::bit_cast<Bits>(v))) * 0x100000001b3u;
}

struct Hashes {
  std::uint64_t arguments = 0xcbf29ce484222325u, values = arguments;
};

template <class T>
Hashes hashes() {
  auto x = arguments(T{});
  for (T& v : x)
    if (std::abs(v) > T{100000}) v = T{1} / v;  // of larger ones, sin and cos are the system's
  Hashes result;
  add_to_hash(result.arguments, x);
  for (std::size_t k = 0; k < function_count; ++k)
    add_to_hash(result.values, values_of(static_cast<Function>(k), x));
  return result;
}

}  // namespace

TEST_CASE("function: the bits are the same on every vector path and from every compiler") {
  const auto floats = hashes<float>();
  CHECK(floats.arguments == 0xd75c1a70a55f4fe6u);
  CHECK(floats.values == 0x37ed131063bb2e06u);
  const auto doubles = hashes<double>();
  CHECK(doubles.arguments == 0xeb010256969bbfbfu);
  CHECK(doubles.values == 0xcf9cbdce887b01du);
}

TEST_CASE("function: map, and between two functions") {
  Tensor<float> x({40000});
  for (Index i = 0; i < x.size(); ++i) x(i) = static_cast<float>(i % 100) * 0.01f;
  const auto y = kernels::map(x, of<Function::exp>);
  const auto z = kernels::map(x, through<Function::exp>([](float v) { return 2 * v; },
                                                        [](float v, float e) { return v + e; }));
  const auto w = kernels::zip(
      y, x, through<Function::sqrt>([](float a, float v, float root) { return a * v - root; }));
  bool all = true;
  for (Index i = 0; i < x.size(); ++i) {
    const Index same = i % 100;
    all &= y(i) == y(same) && z(i) == z(same) && w(i) == w(same);
    all &= std::abs(z(i) - (x(i) + std::exp(2 * x(i)))) < 1e-5f;
    all &= std::abs(w(i) - (std::exp(x(i)) * x(i) - std::sqrt(x(i)))) < 1e-5f;
  }
  CHECK(all);
}

}  // namespace function_test
