// World: sums in the order of the ranks, broadcasts, gatherings, and who waits in vain.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <adafuse/data/data_loader.hpp>
#include <adafuse/nn/linear.hpp>
#include <adafuse/nn/sequential.hpp>

#include "world.hpp"

namespace world_test {

using namespace adafuse;
using namespace distributed_test;

namespace {

/// What rank r gives: numbers of many sizes, so that another order has other bits.
template <class T>
Tensor<T> given(Index rank, Index count) {
  auto x = Tensor<T>::randn({count}, Key(3).of(static_cast<std::uint64_t>(rank)));
  for (Index i = 0; i < count; ++i)
    x.data()[i] *= static_cast<T>(std::pow(10.0, double((i + 5 * rank) % 9)));
  return x;
}

template <class T>
void check_sums() {
  const auto& world = the_world();
  // Few go to all at once; of many, each rank adds up a part. Some parts are empty.
  for (const Index count : {Index{0}, Index{1}, Index{3}, Index{1000}, Index{40001}}) {
    std::vector<double> expected(static_cast<std::size_t>(count));
    for (Index r = 0; r < world.size(); ++r) {
      const auto term = given<T>(r, count);
      for (Index i = 0; i < count; ++i)
        expected[static_cast<std::size_t>(i)] += static_cast<double>(term(i));
    }
    auto x = given<T>(world.rank(), count);
    world.sum(std::span<T>(x.data(), static_cast<std::size_t>(count)));
    bool equal = true;
    for (Index i = 0; i < count; ++i)
      equal = equal && equals(x(i), static_cast<T>(expected[static_cast<std::size_t>(i)]));
    CHECK_MESSAGE(equal, count);
  }
}

}  // namespace

TEST_CASE("world: a sum is that of a loop over the ranks, in double, bit for bit") {
  check_sums<double>();
  check_sums<float>();
}

#ifdef __linux__  // elsewhere ru_maxrss has other units
TEST_CASE("world: a sum of many numbers takes no more memory than they do") {
  rusage before{}, after{};
  std::vector<float> numbers(std::size_t{8} << 20, 1);
  getrusage(RUSAGE_SELF, &before);
  the_world().sum(std::span(numbers));
  getrusage(RUSAGE_SELF, &after);
  CHECK(numbers.back() == static_cast<float>(the_world().size()));
  // 32 MB, and what a sanitizer keeps of them
  CHECK(after.ru_maxrss - before.ru_maxrss < 180 * 1024);
}
#endif

TEST_CASE("world: every rank can be the root of a broadcast") {
  const auto& world = the_world();
  for (Index root = 0; root < world.size(); ++root)
    for (const Index count : {Index{1}, Index{70000}}) {
      auto x = given<double>(world.rank(), count);
      world.broadcast(std::as_writable_bytes(std::span(x.data(), std::size_t(count))), root);
      CHECK(same_bits(x, given<double>(root, count)));
    }
  CHECK_THROWS_AS(world.broadcast({}, world.size()), ValueError);
}

TEST_CASE("world: a gathering has what each rank gave, of any length") {
  const auto& world = the_world();
  const auto text_of = [](Index rank) {
    return std::string(static_cast<std::size_t>(rank * 1000), static_cast<char>('a' + rank));
  };
  const auto all = world.all_gather(text_of(world.rank()));
  REQUIRE(std::ssize(all) == world.size());
  for (Index r = 0; r < world.size(); ++r) CHECK(all[std::size_t(r)] == text_of(r));
}

TEST_CASE("world: a text that is not the same everywhere is told on every rank") {
  const auto& world = the_world();
  CHECK_NOTHROW(world.require_same("a configuration", "rate = 0.1"));
  if (world.size() == 1) return;
  const bool last = world.rank() == world.size() - 1;
  std::string said;
  try {
    world.require_same("a configuration", last ? "rate = 0.2" : "rate = 0.1");
  } catch (const ValueError& error) {
    said = error.what();
  }
  CHECK(said == concat("a configuration of rank ", world.size() - 1,
                       " is not that of rank 0: expects\n  'rate = 0.1'\ngot\n  'rate = 0.2'"));
}

TEST_CASE("world: ranks of one machine share its processors") {
  const auto& world = the_world();
  CHECK(world.ranks_here() == world.size());  // These tests run on one machine.
}

TEST_CASE("world: parameters and buffers of rank 0 go to all") {
  const nn::Linear<double> own({.in = 3, .out = 4}, Key(std::uint64_t(the_world().rank())));
  const nn::Linear<double> first({.in = 3, .out = 4}, Key(0));
  distributed::broadcast_parameters(the_world(), own);
  CHECK(same_bits(own.weight.value(), first.weight.value()));
  CHECK(same_bits(own.bias.value(), first.bias.value()));
}

TEST_CASE("shard: ranks have as many samples each, and none of another's") {
  const auto& world = the_world();
  std::vector<int> samples(static_cast<std::size_t>(5 * world.size() + world.size() - 1));
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<int>(i);
  const auto own = distributed::shard(samples, world);
  REQUIRE(own.size() == 5);
  for (Index i = 0; i < own.size(); ++i) CHECK(own[i] == world.rank() + i * world.size());
  const data::DataLoader loader(own, {.batch_size = 5, .workers = 0}, data::Unchanged(),
                                [](const std::vector<int>& some) { return some; });
  for (const auto& batch : loader.epoch(0)) CHECK(batch[1] == world.rank() + world.size());
}

TEST_CASE("loader: the parts of all ranks are the batch of one process, in its order") {
  const auto& world = the_world();
  const std::vector<int> samples{0,  1,  2,  3,  4,  5,  6,  7,  8,  9,
                                 10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
  const auto collate = [](const std::vector<int>& some) { return some; };
  const auto batches = [&](data::BatchShare share) {
    const data::DataLoader loader(
        samples, {.batch_size = 8, .shuffle = true, .key = Key(5), .workers = 0, .share = share},
        data::Unchanged(), collate);
    std::vector<std::vector<int>> all;
    for (const auto& batch : loader.epoch(1)) all.push_back(batch);
    return all;
  };
  const auto whole = batches({}), own = batches(world.share());
  REQUIRE(own.size() == whole.size());
  for (std::size_t b = 0; b < own.size(); ++b) {
    std::string text;
    for (const int sample : own[b]) text += concat(sample, " ");
    std::string all, expected;
    for (const auto& part : world.all_gather(text)) all += part;
    for (const int sample : whole[b]) expected += concat(sample, " ");
    CHECK(all == expected);
  }
}

}  // namespace world_test
