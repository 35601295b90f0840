// The vector functions over all floats, and over many doubles and powers: the largest error in
// units of the last place, and where. Ends with 1 where one is larger than it may be.
//
//   g++ -std=c++20 -O2 -march=native -fopenmp -Iinclude scripts/soak/vector_functions.cpp -o soak
//   ./soak floats            every function, all 2^32 arguments: about half an hour of one core
//   ./soak floats exp 16     one function, every 16th argument
//   ./soak doubles 100000000 every function, so many random arguments
//   ./soak pow 100000000     powers, float and double
//   ./soak atan2 100000000   angles, float and double
//
// -mno-avx512f, or -march=x86-64, for the other vector paths.
// SPDX-License-Identifier: MIT
#include <adafuse/core/rng.hpp>
#include <adafuse/kernels/atan2.hpp>
#include <adafuse/kernels/function.hpp>
#include <adafuse/kernels/pow.hpp>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

#include "../../tests/kernels/exact_values.hpp"

namespace {

using namespace adafuse;
using kernels::Function;

struct Worst {
  double units = 0, x = 0, y = 0;
};

/// `block(i, worst)` for i in [0, count), on all threads.
template <class Block>
Worst worst_of(Index count, const Block& block) {
  Worst worst;
  std::mutex mutex;
  parallel_for(count, 1, [&](Index begin, Index end) {
    Worst here;
    for (Index i = begin; i < end; ++i) block(i, here);
    const std::lock_guard lock(mutex);
    if (!(here.units <= worst.units)) worst = here;
  });
  return worst;
}

constexpr Index block_size = 1 << 12;

template <class T, class ArgumentAt>
Worst check_function(Function f, Index count, const ArgumentAt& argument_at) {
  return worst_of((count + block_size - 1) / block_size, [&](Index b, Worst& worst) {
    T x[block_size], y[block_size];
    for (Index i = 0; i < block_size; ++i)
      x[i] = argument_at(static_cast<std::uint64_t>(b * block_size + i));
    kernels::apply_any(f, block_size, x, y);
    for (Index i = 0; i < block_size; ++i) {
      const auto exact = exact_values::exactly(f, static_cast<exact_values::Wider<T>>(x[i]));
      const double off = exact_values::units(y[i], exact);
      if (!(off <= worst.units)) worst = {off, static_cast<double>(x[i]), 0};
    }
  });
}

template <class T>
Worst check_pow(Index count) {
  constexpr double most = std::numeric_limits<T>::max_exponent;
  return worst_of((count + block_size - 1) / block_size, [&](Index b, Worst& worst) {
    T x[block_size], y[block_size], z[block_size];
    Draws draws(Key(7).of(static_cast<std::uint64_t>(b)));
    for (Index i = 0; i < block_size; ++i) {
      const double base = std::exp2(i % 2 == 0 ? draws.uniform(-most, most) : draws.uniform(-1, 1));
      x[i] = static_cast<T>(base);
      y[i] = static_cast<T>(draws.uniform(-1.1, 1.1) * most / std::log2(base));
    }
    kernels::pow_run(block_size, x, 1, y, 1, z);
    for (Index i = 0; i < block_size; ++i) {
      using W = exact_values::Wider<T>;
      const double off =
          exact_values::units(z[i], std::pow(static_cast<W>(x[i]), static_cast<W>(y[i])));
      if (!(off <= worst.units))
        worst = {off, static_cast<double>(x[i]), static_cast<double>(y[i])};
    }
  });
}

template <class T>
Worst check_atan2(Index count) {
  constexpr double most = std::numeric_limits<T>::max_exponent;
  return worst_of((count + block_size - 1) / block_size, [&](Index b, Worst& worst) {
    T y[block_size], x[block_size], z[block_size];
    Draws draws(Key(9).of(static_cast<std::uint64_t>(b)));
    for (Index i = 0; i < block_size; ++i) {
      const double size = std::exp2(draws.uniform(-most, most));
      const double ratio = std::exp2(draws.uniform(-1, 1) * (i % 2 == 0 ? 1 : 40));
      y[i] = static_cast<T>(i & 2 ? -size : size);
      x[i] = static_cast<T>(i & 4 ? -size * ratio : size * ratio);
    }
    kernels::atan2_run(block_size, y, 1, x, 1, z);
    for (Index i = 0; i < block_size; ++i) {
      using W = exact_values::Wider<T>;
      const double off =
          exact_values::units(z[i], std::atan2(static_cast<W>(y[i]), static_cast<W>(x[i])));
      if (!(off <= worst.units))
        worst = {off, static_cast<double>(y[i]), static_cast<double>(x[i])};
    }
  });
}

bool report(const std::string& name, const Worst& worst, double allowed) {
  const bool good = worst.units <= allowed;
  std::printf("%-20s %8.3f units at %.17g %.17g%s\n", name.c_str(), worst.units, worst.x, worst.y,
              good ? "" : "  TOO MUCH");
  std::fflush(stdout);
  return good;
}

/// Uniform where functions bend, of all magnitudes, and any bits.
double double_at(std::uint64_t i) {
  const Key key(8);
  if (i % 4 < 2) return -40 + 80 * key.uniform(i);
  if (i % 4 == 2)
    return std::ldexp(2 * key.uniform(i) - 1, static_cast<int>(key.of(1).integer(i, 80)) - 60);
  return std::bit_cast<double>(key.bits(i));
}

}  // namespace

int main(int count, char** words) {
  const std::string what = count > 1 ? words[1] : "";
  bool good = true;
  if (what == "floats") {
    const std::string only = count > 2 ? words[2] : "";
    const std::uint64_t step = count > 3 ? std::strtoull(words[3], nullptr, 10) : 1;
    for (std::size_t k = 0; k < kernels::function_count; ++k) {
      const std::string name = exact_values::names[k];
      if (!only.empty() && only != "all" && only != name) continue;
      if (name == "gelu_slope" || name == "mish_slope") continue;  // near its zeros it has no units
      const auto worst = check_function<float>(
          static_cast<Function>(k), static_cast<Index>((std::uint64_t{1} << 32) / step),
          [step](std::uint64_t i) {
            return std::bit_cast<float>(static_cast<std::uint32_t>(i * step));
          });
      good &= report(name + " float", worst, 2);
    }
  } else if (what == "doubles") {
    const Index n = count > 2 ? std::atol(words[2]) : 100000000;
    for (std::size_t k = 0; k < kernels::function_count; ++k) {
      const std::string name = exact_values::names[k];
      if (name == "gelu_slope" || name == "mish_slope") continue;
      const auto worst = check_function<double>(static_cast<Function>(k), n, double_at);
      good &= report(name + " double", worst, name == "mish" ? 4 : 2);
    }
  } else if (what == "pow") {
    const Index n = count > 2 ? std::atol(words[2]) : 100000000;
    good &= report("pow float", check_pow<float>(n), 2);
    good &= report("pow double", check_pow<double>(n), 2);
  } else if (what == "atan2") {
    const Index n = count > 2 ? std::atol(words[2]) : 100000000;
    good &= report("atan2 float", check_atan2<float>(n), 0.6);
    good &= report("atan2 double", check_atan2<double>(n), 1);
  } else {
    std::puts(
        "usage: soak floats [function | all] [step] | doubles [count] | pow [count] | atan2 "
        "[count]");
    return 2;
  }
  return good ? 0 : 1;
}
