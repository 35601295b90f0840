// DataLoader: batches of any data set, made by several threads ahead of their use.
//
//   const data::TensorDataset digits(images, labels);
//   const data::DataLoader loader(digits, {.batch_size = 64, .shuffle = true, .key = Key(1)});
//   for (int epoch = 0; epoch < 5; ++epoch)
//     for (const auto& [x, target] : loader.epoch(epoch)) ...
//
// A data set is anything with `size()` and `[i]`, both const and safe on many threads at once. The
// order of epoch e, and what a transform draws, follow from (key, e) and the sample's number; the
// number of workers changes when a batch is made, never what is in it. Clips of video have a loader
// that samples frames: data/loader.hpp.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/batches.hpp>
#include <adafuse/data/collate.hpp>
#include <algorithm>
#include <atomic>
#include <concepts>
#include <type_traits>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// What is asked for samples by number, 0 ... size() - 1.
template <class D>
concept IndexedDataset = requires(const D& dataset, Index i) {
  { dataset.size() } -> std::convertible_to<Index>;
  dataset[i];
};

/// What a DataLoader is told.
struct DataLoaderOptions {
  Index batch_size = 1;    ///< samples of one batch, of all processes that share it
  bool shuffle = false;    ///< another order for each epoch, drawn from `key`
  bool drop_last = false;  ///< leave out a last batch that is not full
  Key key{0};              ///< of the order, and of what the transform draws
  int workers = 2;         ///< threads; 0 makes each batch when it is asked for
  Index prefetch = 4;      ///< batches kept ready
  BatchShare share{};      ///< which part of each batch is made here
};

/// The transform that leaves samples as they are.
struct Unchanged {
  template <class Sample>
  Sample operator()(Sample sample) const {
    return sample;
  }
};

namespace detail {

/// Sample i, of containers by their own type of position.
template <class D>
decltype(auto) sample_of(const D& dataset, Index i) {
  if constexpr (requires { typename D::size_type; })
    return dataset[static_cast<typename D::size_type>(i)];
  else
    return dataset[i];
}

template <class Transform, class Sample>
auto transformed(const Transform& transform, Sample&& sample, Key key) {
  if constexpr (std::invocable<const Transform&, Sample, Key>)
    return transform(std::forward<Sample>(sample), key);
  else
    return transform(std::forward<Sample>(sample));
}

}  // namespace detail

/// Batches of a data set, which must outlive the loader. `transform(sample)` or `transform(sample,
/// key)`, with a key of its own for each sample and epoch, makes of a sample what is collated;
/// `collate(samples)` makes a batch of a vector of them. Both are called on several threads at
/// once.
template <IndexedDataset D, class Transform = Unchanged, class MakeBatch = Collate>
class DataLoader {
 public:
  /// What the transform makes of one sample.
  using Sample =
      decltype(detail::transformed(std::declval<const Transform&>(),
                                   detail::sample_of(std::declval<const D&>(), Index{}), Key(0)));
  /// What is made of a batch's samples.
  using Batch = std::invoke_result_t<const MakeBatch&, const std::vector<Sample>&>;

  /// Throws ValueError for options that make no sense.
  explicit DataLoader(const D& dataset, DataLoaderOptions options = {}, Transform transform = {},
                      MakeBatch collate = {})
      : dataset_(&dataset),
        options_(options),
        transform_(std::move(transform)),
        collate_(std::move(collate)) {
    require<ValueError>(options.batch_size >= 1, "DataLoader: batch_size is at least 1, got ",
                        options.batch_size);
    require<ValueError>(options.workers >= 0, "DataLoader: workers is at least 0, got ",
                        options.workers);
    require<ValueError>(options.prefetch >= 1, "DataLoader: prefetch is at least 1, got ",
                        options.prefetch);
    check_share("DataLoader", options.share, samples(), options.batch_size, options.drop_last);
  }
  DataLoader(const D&&, DataLoaderOptions = {}, Transform = {}, MakeBatch = {}) = delete;

  const DataLoaderOptions& options() const { return options_; }
  /// The number of samples.
  Index samples() const { return static_cast<Index>(dataset_->size()); }
  /// The number of batches of an epoch.
  Index size() const { return batch_count(samples(), options_.batch_size, options_.drop_last); }
  /// The numbers of the samples in the order of epoch `number`.
  std::vector<Index> order(Index number) const {
    return epoch_order(samples(), options_.shuffle, options_.key, number);
  }

  /// The batches of epoch `number`; the loader must outlive them. What data set, transform or
  /// collate throw is thrown when the batch is asked for.
  Batches<Batch> epoch(Index number) const& {
    return Batches<Batch>(
        size(), options_.workers, options_.prefetch,
        [this, number, order = order(number)](Index b, const std::atomic<bool>& stop) {
          const Index start = b * options_.batch_size;
          const Index all = std::min<Index>(options_.batch_size, std::ssize(order) - start);
          const Index begin = start + options_.share.begin(all);
          const Index end = start + options_.share.end(all);
          const Key key = options_.key.of("sample").of(static_cast<std::uint64_t>(number));
          std::vector<Sample> chosen;
          chosen.reserve(static_cast<std::size_t>(end - begin));
          for (Index k = begin; k < end; ++k) {
            if (stop) throw Stopped();
            const Index i = order[static_cast<std::size_t>(k)];
            chosen.push_back(detail::transformed(transform_, detail::sample_of(*dataset_, i),
                                                 key.of(static_cast<std::uint64_t>(i))));
          }
          return collate_(std::as_const(chosen));
        });
  }
  Batches<Batch> epoch(Index number) const&& = delete;

 private:
  struct Stopped {};  // thrown to leave a batch that nobody waits for

  const D* dataset_;
  DataLoaderOptions options_;
  Transform transform_;
  MakeBatch collate_;
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
