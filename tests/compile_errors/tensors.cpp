// Tensors and variables: what is no condition, what cannot be written, which numbers do not mix.
// SPDX-License-Identifier: MIT
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/compare.hpp>
#include <adafuse/ops/logical.hpp>

namespace tensors {

using namespace adafuse;

bool comparison_as_a_condition(const Variable<float>& a, const Variable<float>& b) {
#ifdef MISTAKE
  if (a < b) return true;  // says: any(mask).item(), all(mask).item(), or x.defined()
#endif
  return any(a < b).item();
}

bool variable_as_a_condition(const Variable<float>& x) {
#ifdef MISTAKE
  if (x) return true;  // says: x.item() != 0 of one number, or x.defined()
#endif
  return x.defined() && x.item() != 0;
}

bool equal_tensors(const Tensor<float>& a, const Tensor<float>& b) {
#ifdef MISTAKE
  return a == b;  // says: use_eq_of_a_and_b
#endif
  return all(eq(a, b)).item();
}

void assignment_through_value(const Variable<float>& p, const Tensor<float>& t) {
#ifdef MISTAKE
  p.value() = t;  // says: elements are written by copy_from(t)
#endif
  const NoGrad guard;
  p.mutable_value().copy_from(t);
}

void assignment_to_a_row(Tensor<float> x, const Tensor<float>& row) {
#ifdef MISTAKE
  x[0] = row;  // says: elements are written by copy_from(t)
#endif
  x[0].copy_from(row);
}

Variable<float> float_and_double(const Variable<float>& a, const Tensor<double>& b) {
#ifdef MISTAKE
  return a + b;  // says: two_types_of_number
  return a * b;  // says: cast_one_of_them
#endif
  return a + b.cast<float>();
}

Tensor<double> division_of_whole_numbers(const Tensor<std::int64_t>& a) {
#ifdef MISTAKE
  return a / 2;  // says: cast_them_to_divide
#endif
  return a.cast<double>() / 2;
}

}  // namespace tensors
