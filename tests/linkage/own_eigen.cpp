// A program's own Eigen, compiled for wider vectors than the library was: their matrices lie
// otherwise in memory, and functions of the same names must not be taken for each other. Fails
// where they are: the library's come first in this program.
// SPDX-License-Identifier: MIT
#include <Eigen/Dense>
#include <adafuse/ops/decompositions.hpp>
#include <adafuse/ops/linalg.hpp>
#include <adafuse/ops/matmul.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>

namespace {

using namespace adafuse;

/// How far theirs are from what they should be.
double their_error(int n) {
  const Eigen::MatrixXd a = Eigen::MatrixXd::Random(n, n), square = a.transpose() * a;
  const Eigen::MatrixXd unit = Eigen::MatrixXd::Identity(n, n);
  const Eigen::MatrixXd inverse = Eigen::PartialPivLU<Eigen::MatrixXd>(a).inverse();
  const Eigen::LLT<Eigen::MatrixXd> llt(square);
  const Eigen::MatrixXd lower = llt.matrixL();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(square);
  const Eigen::MatrixXd v = solver.eigenvectors();
  return std::max({(a * inverse - unit).norm(), (lower * lower.transpose() - square).norm(),
                   (v * solver.eigenvalues().asDiagonal() * v.transpose() - square).norm()});
}

/// How far ours are.
double our_error(Index n) {
  const auto x = Tensor<double>::randn({n, n}, Key(1));
  const auto square = matmul(x, x, {.transpose_a = true}).value();
  const auto lower = cholesky(square).value();
  const auto [values, vectors] = eigh(square);
  const auto unit = matmul(x, inverse(x)).value();
  double error = 0;
  for (Index i = 0; i < n; ++i) {
    error = std::max(error, std::abs(unit(i, i) - 1));
    double sum = 0, product = 0;
    for (Index k = 0; k < n; ++k) {
      sum += lower(i, k) * lower(i, k);
      product += vectors(i, k) * values(k) * vectors(i, k);
    }
    error = std::max({error, std::abs(sum - square(i, i)), std::abs(product - square(i, i))});
  }
  return error;
}

}  // namespace

int main() {
  double error = 0;
  for (const int n : {3, 17, 40, 90, 200}) error = std::max({error, their_error(n), our_error(n)});
  std::printf("largest error %g\n", error);
  return error < 1e-6 ? 0 : 1;
}
