// What is computed by Eigen's factors has the same bits for any number of threads, OpenMP's too, of
// which Eigen's own products would take as many as they get.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/parallel.hpp>
#include <adafuse/ops/decompositions.hpp>
#include <adafuse/ops/linalg.hpp>
#include <adafuse/ops/matmul.hpp>
#include <functional>
#include <string>
#include <vector>
#ifdef _OPENMP
#include <omp.h>
#endif

namespace eigen_threads_test {

using namespace adafuse;

namespace {

/// Sets OpenMP's number of threads and the library's; gives both back.
class Threads {
 public:
  explicit Threads(int count) {
    set_num_threads(count);
#ifdef _OPENMP
    openmp_ = omp_get_max_threads();
    omp_set_num_threads(count);
#endif
  }
  ~Threads() {
#ifdef _OPENMP
    omp_set_num_threads(openmp_);
#endif
    set_num_threads(ours_);
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int ours_ = num_threads();
  [[maybe_unused]] int openmp_ = 1;
};

/// `compute` returns tensors; all their bits must be the same.
void check_bits(const std::string& what,
                const std::function<std::vector<Tensor<double>>()>& compute) {
  std::vector<Tensor<double>> expected;
  for (const int count : {1, 2, 3}) {
    const Threads threads(count);
    const auto got = compute();
#ifdef _OPENMP
    CHECK(omp_get_max_threads() == count);  // as it was set, before and after
#endif
    if (expected.empty()) {
      expected = got;
      continue;
    }
    for (std::size_t i = 0; i < got.size(); ++i)
      if (!std::equal(got[i].begin(), got[i].end(), expected[i].begin()))
        FAIL_CHECK(what << ": result " << i << " differs on " << count << " threads");
  }
}

}  // namespace

// Eigen shares a product of more than 100,000 multiply-adds, and cuts what is shared at 320 terms.
TEST_CASE("eigen: linear algebra has the same bits for any number of threads") {
  const auto x = Tensor<double>::randn({360, 360}, Key(1));
  const auto tall = Tensor<double>::randn({700, 330}, Key(2));
  const auto some = Tensor<double>::randn({3, 150, 150}, Key(3));
  const auto positive = matmul(x, x, {.transpose_b = true}).value();
  check_bits("inverse", [&] { return std::vector{inverse(x).value(), inverse(some).value()}; });
  check_bits("solve", [&] { return std::vector{solve(x, positive).value()}; });
  check_bits("det", [&] { return std::vector{det(some).value(), slogdet(x).logabsdet.value()}; });
  check_bits("cholesky", [&] { return std::vector{cholesky(positive).value()}; });
  check_bits("qr", [&] { return std::vector{qr(tall).q, qr(some).r}; });
  check_bits("svd", [&] { return std::vector{svd(x).s, svd(tall).u, svd(some).vh}; });
  check_bits("eigh", [&] { return std::vector{eigh(positive).eigenvectors}; });
}

}  // namespace eigen_threads_test
