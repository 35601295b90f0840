// Batches of any data set: in order, transformed, the same for any number of threads.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/data_loader.hpp>
#include <adafuse/data/loader.hpp>
#include <adafuse/data/tensor_dataset.hpp>
#include <set>
#include <type_traits>

namespace data_loader_test {

using namespace adafuse;

namespace {

/// Sample i is i, as a number and as a tensor.
struct Counting {
  Index count;
  Index size() const { return count; }
  std::pair<std::int64_t, Tensor<float>> operator[](Index i) const {
    require<ValueError>(i != 13, "Counting: sample 13 is broken");
    return {i, Tensor<float>::full({2}, static_cast<float>(i))};
  }
};

/// All labels of an epoch, in order.
template <class L>
std::vector<std::int64_t> labels(const L& loader, Index epoch) {
  std::vector<std::int64_t> all;
  for (const auto& batch : loader.epoch(epoch)) {
    const auto& part = std::get<0>(batch);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

TEST_CASE("data loader: every sample once, in batches, the last one short or left out") {
  const Counting dataset{11};
  const data::DataLoader loader(dataset, {.batch_size = 4});
  CHECK(loader.size() == 3);
  std::vector<Index> sizes;
  for (const auto& [label, x] : loader.epoch(0)) {
    sizes.push_back(label.size());
    CHECK(x.shape() == Shape{label.size(), 2});
    CHECK(x(0, 1) == static_cast<float>(label(0)));
  }
  CHECK(sizes == std::vector<Index>{4, 4, 3});
  CHECK(labels(loader, 0) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  const data::DataLoader whole(dataset, {.batch_size = 4, .drop_last = true});
  CHECK(labels(whole, 0).size() == 8);
}

TEST_CASE("data loader: the parts of those that share a batch are the batch; others are refused") {
  const Counting dataset{11};
  const auto part = [&](Index k) {
    return labels(data::DataLoader(dataset, {.batch_size = 4, .share = {k, 2}}), 0);
  };
  CHECK(part(0) == std::vector<std::int64_t>{0, 1, 4, 5, 8});
  CHECK(part(1) == std::vector<std::int64_t>{2, 3, 6, 7, 9, 10});
  const auto make = [&](Index batch_size, data::BatchShare share) {
    return data::DataLoader(dataset, {.batch_size = batch_size, .share = share});
  };
  CHECK_THROWS_WITH_AS(make(6, {0, 4}), "DataLoader: a batch of 6 cannot be shared equally by 4",
                       ValueError);
  CHECK_THROWS_WITH_AS(make(6, {3, 3}), "DataLoader: there is no part 3 of 3", ValueError);
  CHECK_THROWS_WITH_AS(make(10, {0, 2}),
                       "DataLoader: the last batch, 1 samples, is too small to be shared by 2; "
                       "drop_last leaves it out",
                       ValueError);
}

TEST_CASE("data loader: an epoch is the same for any number of threads") {
  const data::TensorDataset dataset(Tensor<std::int64_t>::arange(50),
                                    Tensor<float>::randn({50, 3}, Key(1)));
  const auto noisy = [](const auto& sample, Key key) {
    const auto& [label, x] = sample;
    auto y = x.clone();
    for (float& v : y) v += static_cast<float>(key.normal(0));
    return std::tuple(label, y);
  };
  const auto epoch = [&](int workers, Index number) {
    const data::DataLoader loader(
        dataset, {.batch_size = 7, .shuffle = true, .key = Key(3), .workers = workers}, noisy);
    std::vector<float> all;
    for (const auto& batch : loader.epoch(number)) {
      const auto& x = std::get<1>(batch);
      all.insert(all.end(), x.begin(), x.end());
    }
    return all;
  };
  const auto first = epoch(0, 0);
  CHECK(first.size() == 150);
  CHECK(epoch(1, 0) == first);
  CHECK(epoch(4, 0) == first);
  CHECK(epoch(4, 1) != first);
}

TEST_CASE("data loader: a transform with or without a key, and a collate of one's own") {
  const Counting dataset{6};
  const auto only_label = [](const auto& sample) { return sample.first; };
  const data::DataLoader loader(dataset, {.batch_size = 3}, only_label);
  CHECK(std::is_same_v<decltype(loader)::Batch, Tensor<std::int64_t>>);
  for (const auto& batch : loader.epoch(0)) CHECK(batch.shape() == Shape{3});
  const auto total = [](const std::vector<std::int64_t>& all) {
    std::int64_t sum = 0;
    for (const auto i : all) sum += i;
    return sum;
  };
  const data::DataLoader summing(dataset, {.batch_size = 3}, only_label, total);
  std::vector<std::int64_t> sums;
  for (const auto sum : summing.epoch(0)) sums.push_back(sum);
  CHECK(sums == std::vector<std::int64_t>{3, 12});
}

TEST_CASE("data loader: a vector is a data set") {
  const std::vector<std::int64_t> numbers{5, 6, 7};
  const data::DataLoader loader(numbers, {.batch_size = 2});
  std::vector<Index> sizes;
  for (const auto& batch : loader.epoch(0)) sizes.push_back(batch.size());
  CHECK(sizes == std::vector<Index>{2, 1});
}

TEST_CASE("data loader: what a sample throws is thrown where its batch is asked for") {
  const Counting dataset{20};
  for (const int workers : {0, 3}) {
    const data::DataLoader loader(dataset, {.batch_size = 5, .workers = workers});
    int batches = 0;
    const auto run = [&] {
      for ([[maybe_unused]] const auto& batch : loader.epoch(0)) ++batches;
    };
    CHECK_THROWS_WITH_AS(run(), "Counting: sample 13 is broken", ValueError);
    CHECK(batches == 2);
  }
}

/// Whether the epochs of such a loader can be asked for.
template <class Loader>
concept gives_epoch = requires(Loader&& loader) {
  std::forward<Loader>(loader).epoch(0);
};

TEST_CASE("data loader: options that make no sense are refused") {
  const Counting dataset{3};
  const auto made = [&](data::DataLoaderOptions options) {
    const data::DataLoader loader(dataset, options);
  };
  CHECK_THROWS_AS(made({.batch_size = 0}), ValueError);
  CHECK_THROWS_AS(made({.workers = -1}), ValueError);
  CHECK_THROWS_AS(made({.prefetch = 0}), ValueError);
  CHECK(!std::is_constructible_v<data::DataLoader<Counting>, Counting>);  // it would be gone
  using Loader = data::DataLoader<Counting>;
  CHECK(gives_epoch<const Loader&>);
  CHECK(!gives_epoch<Loader>);  // its batches would outlive it
  CHECK(!gives_epoch<data::Loader>);
}

}  // namespace data_loader_test
