// What ranks tell each other arrives whole, whoever tells it.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/shared_file.hpp>
#include <cmath>
#include <limits>

#include "thread_ranks.hpp"

namespace gather_test {

using namespace adafuse;
using namespace adafuse::train;

TEST_CASE("gather: numbers of any count come by rank") {
  with_ranks(3, [](const Peers& peers) {
    std::vector<double> own;  // rank 0 has none
    for (Index i = 0; i < peers.rank(); ++i)
      own.push_back(static_cast<double>(10 * peers.rank() + i));
    const auto all = gather_numbers(peers, own);
    REQUIRE(all.size() == 3);
    CHECK(all[0].empty());
    CHECK(all[1] == std::vector<double>{10});
    CHECK(all[2] == std::vector<double>{20, 21});
  });
}

TEST_CASE("gather: texts of any bytes and lengths come by rank") {
  with_ranks(3, [](const Peers& peers) {
    std::string own;
    for (Index i = 0; i < 7 * peers.rank(); ++i) own += static_cast<char>(255 - i);
    own += std::string(1, '\0');
    const auto all = gather_texts(peers, own);
    REQUIRE(all.size() == 3);
    CHECK(all[static_cast<std::size_t>(peers.rank())] == own);
    CHECK(all[0] == std::string(1, '\0'));
    CHECK(all[2].size() == 15);
    CHECK(static_cast<unsigned char>(all[2][13]) == 242);
    CHECK(text_of_first(peers, peers.rank() == 0 ? "hello" : "not this").compare("hello") == 0);
  });
  CHECK(gather_texts(Alone(), "own") == std::vector<std::string>{"own"});
  CHECK(text_of_first(Alone(), "own") == "own");
}

TEST_CASE("gather: means are those of the ranks") {
  with_ranks(3, [](const Peers& peers) {
    double value[] = {static_cast<double>(peers.rank()), 6};
    mean_over_ranks(peers, value);
    CHECK(std::abs(value[0] - 1) < 1e-15);
    CHECK(std::abs(value[1] - 6) < 1e-15);
  });
}

TEST_CASE("shared file: others get rank 0's texts and the bits of its tensors") {
  const float odd[] = {-0.f, 1e-45f, -1.5f, std::numeric_limits<float>::infinity()};
  with_ranks(2, [&](const Peers& peers) {
    io::TensorFile file;
    if (peers.rank() == 0) {
      file.name = "run/state";
      file.metadata["key"] = "a \"text\"";
      Tensor<float> tensor({2, 2});
      std::copy(std::begin(odd), std::end(odd), tensor.begin());
      file.tensors.emplace("weights", tensor);
      file.tensors.emplace("none", Tensor<float>({0}));
    } else {
      file.tensors.emplace("own", Tensor<float>({1}));
    }
    const auto got = file_of_first(peers, std::move(file));
    CHECK(got.name == "run/state");
    CHECK(got.metadata.at("key") == "a \"text\"");
    CHECK(got.tensors.size() == 2);
    const auto tensor = got.get<float>("weights");
    CHECK(tensor.shape() == Shape{2, 2});
    for (Index i = 0; i < 4; ++i)
      CHECK(std::bit_cast<std::uint32_t>(tensor.data()[i]) == std::bit_cast<std::uint32_t>(odd[i]));
  });
}

}  // namespace gather_test
