// Pickles, with the names that PyTorch's files may ask for.
// SPDX-License-Identifier: MIT
#include <adafuse/io/pickle.hpp>
#include <adafuse/io/torch_objects.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace adafuse::io;
  return fuzz::value_or_error([&] {
    ByteReader reader(fuzz::view(data, size), "x");
    pickle::Values values;
    TorchObjects objects;
    pickle::unpickle(reader, values, objects);
  });
}
