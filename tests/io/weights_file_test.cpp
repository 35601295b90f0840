// Files of weights, told apart by what is in them.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/weights_file.hpp>

#include "../data/scratch_dir.hpp"

namespace weights_file_test {

using namespace adafuse;

TEST_CASE("weights file: safetensors and both forms of checkpoints are known by their content") {
  const data::ScratchDir scratch("weights-file");
  const std::filesystem::path golden = ADAFUSE_TEST_DIR "/golden/torch_files";
  io::TensorFile file;
  file.tensors["w"] = Tensor<float>::of({1, 2});
  io::write_safetensors(scratch.path / "a.bin", file);
  CHECK(io::read_weights(scratch.path / "a.bin").weights.get<float>("w")(1) == 2);

  for (const char* name : {"checkpoint.pth.tar", "old_checkpoint.pth.tar"}) {
    std::filesystem::copy(golden / name, scratch.path / name);
    const auto read = io::read_weights(scratch.path / name);
    CHECK(read.weights.contains("module.new_fc.weight"));
    CHECK(!read.left_over.empty());
  }
}

TEST_CASE("weights file: what is neither is refused by its name") {
  const data::ScratchDir scratch("weights-file");
  for (const char* name : {"text.pth", "text.safetensors", "text"}) {
    io::write_file(scratch.path / name, "these are no weights at all");
    CHECK_THROWS_WITH_AS(io::read_weights(scratch.path / name), doctest::Contains(name),
                         FormatError);
    io::write_file(scratch.path / name, "");
    CHECK_THROWS_AS(io::read_weights(scratch.path / name), FormatError);
  }
  CHECK_THROWS_AS(io::read_weights(scratch.path / "nothing"), IoError);
}

}  // namespace weights_file_test
