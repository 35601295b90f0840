// What the rows of the gradcheck table are given, for rows.py: tests/ops/golden_rows.hpp says under
// which names.
//
//   rows_inputs FILE
// SPDX-License-Identifier: MIT
#include <adafuse/io/safetensors.hpp>
#include <algorithm>
#include <cstring>
#include <iostream>

#include "../ops/golden_rows.hpp"

namespace {

using namespace adafuse;

bool identical(const Tensor<double>& a, const Tensor<double>& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.values().size_bytes()) == 0;
}

/// Tensors under numbers, equal ones under one: many rows have the same inputs.
class Given {
 public:
  explicit Given(io::TensorFile& file) : file_(file) {}

  Tensor<std::int64_t> numbers(const std::vector<Tensor<double>>& tensors) {
    Tensor<std::int64_t> result({std::ssize(tensors)});
    std::transform(tensors.begin(), tensors.end(), result.begin(),
                   [this](const auto& tensor) { return number(tensor); });
    return result;
  }

 private:
  std::int64_t number(const Tensor<double>& tensor) {
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (identical(all_[i], tensor)) return static_cast<std::int64_t>(i);
    file_.tensors[concat("given.", all_.size())] = tensor;
    all_.push_back(tensor);
    return std::ssize(all_) - 1;
  }

  io::TensorFile& file_;
  std::vector<Tensor<double>> all_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: rows_inputs FILE\n";
    return 2;
  }
  try {
    io::TensorFile file;
    Given given(file);
    for (const auto& row : golden_rows()) {
      file.tensors[row.op + ".inputs"] = given.numbers(row.inputs);
      if (!row.constants.empty())
        file.tensors[row.op + ".constants"] = given.numbers(row.constants);
    }
    io::write_safetensors(argv[1], file);
  } catch (const std::exception& error) {
    std::cerr << "rows_inputs: " << error.what() << "\n";
    return 1;
  }
}
