// The loader: clips drawn from a data set, made into batches by several threads ahead of their use.
//
// Order, frames and what else is drawn in epoch e follow from (key, e) and the clip's number; the
// number of workers changes when a batch is made, never what is in it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/rng.hpp>
#include <adafuse/core/tensor.hpp>
#include <adafuse/data/batches.hpp>
#include <adafuse/data/clip_transform.hpp>
#include <adafuse/data/dataset.hpp>
#include <adafuse/data/frame_cache.hpp>
#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Clips side by side, as a network reads them.
struct Batch {
  Tensor<float> clips;                                ///< [N, T, 3, H, W], normalised
  Tensor<std::int64_t> labels;                        ///< [N]: the first label of each
  std::vector<std::vector<std::int64_t>> label_sets;  ///< [N]: all labels of each
  std::vector<Index> indices;  ///< [N]: which clips of the data set these are
  Index first = 0;             ///< the number of the first clip in the batch that parts are of
  Index whole = 0;             ///< how many clips that batch has: N, where it is not shared
};

/// Which clip and which crop of each video a test takes (test_frames, test_crop).
struct TestView {
  /// The number of the clip, and of how many.
  Index clip = 0, clips = 1;
  TestCropNumber crop{};  ///< the crop of it
};

/// What a Loader is told.
struct LoaderConfig {
  Index batch_size = 32;                 ///< N, clips of one batch, of all that share it
  Index frames = 8;                      ///< T, of each clip
  Sampling sampling = Sampling::random;  ///< which frames of a clip are looked at
  bool shuffle = true;                   ///< another order for each epoch
  bool drop_last = false;                ///< leave out a last batch that is not full
  bool flip = false;  ///< mirror every other clip, at random; wrong where labels say left, right
  Index size = 0;     ///< frames are cropped to size x size; 0 leaves them as they are
  Index shorter_side = 0;  ///< to which frames are scaled before they are cropped; 0 means `size`
  Index height = 0, width = 0;    ///< that the network saw, where size is 0 and fit not any
  Normalisation normalisation{};  ///< from bytes to numbers of about unit size
  TransformOptions transform{.fit = Fit::any};  ///< what else is drawn
  /// Of each label, what a mirrored clip is called; empty: as it was called.
  std::vector<std::int64_t> mirrored_labels{};
  TestView view{};     ///< where sampling is middle
  Key key{0};          ///< of the order, and of all that is drawn
  int workers = 2;     ///< threads; 0 makes each batch when it is asked for
  Index prefetch = 4;  ///< batches kept ready
  std::size_t cache_bytes = std::size_t{1} << 30;  ///< room for decoded frames
  BatchShare share{};                              ///< which part of each batch is made here
};

/// One pass over the data, for one `for (const Batch& batch : loader.epoch(3))`.
using Epoch = Batches<Batch>;

/// Batches of a data set, which must outlive the loader.
class Loader {
 public:
  /// Throws ValueError for a configuration that makes no sense.
  Loader(const Dataset& dataset, const LoaderConfig& config)
      : config_(config),
        transform_(
            {config.size, config.shorter_side, config.transform.fit, config.height, config.width},
            config.transform, config.flip, config.normalisation, config.view.crop),
        dataset_(dataset, config.cache_bytes) {
    require<ValueError>(config.batch_size >= 1, "Loader: batch_size is at least 1, got ",
                        config.batch_size);
    require<ValueError>(config.frames >= 1, "Loader: frames is at least 1, got ", config.frames);
    require<ValueError>(config.workers >= 0, "Loader: workers is at least 0, got ", config.workers);
    require<ValueError>(config.prefetch >= 1, "Loader: prefetch is at least 1, got ",
                        config.prefetch);
    require<ValueError>(config.size >= 0, "Loader: size is at least 0, got ", config.size);
    require<ValueError>(
        config.shorter_side == 0 || (config.size > 0 && config.shorter_side >= config.size),
        "Loader: shorter_side ", config.shorter_side, " does not hold a crop of size ",
        config.size);
    for (float deviation : config.normalisation.deviation)
      require<ValueError>(deviation > 0, "Loader: deviations are above 0, got ", deviation);
    const BatchShare& share = config.share;
    require<ValueError>(0 <= share.part && share.part < share.parts && share.pieces >= 1,
                        "Loader: there is no part ", share.part, " of ", share.parts,
                        " of each of ", share.pieces, " pieces");
    check(transform_.framing());
    check(config.transform, config.size);
    require<ValueError>(config.view.crop.count == 1 || config.size > 0,
                        "Loader: several crops need a size");
  }
  Loader(const Dataset&&, const LoaderConfig&) = delete;

  const LoaderConfig& config() const { return config_; }
  /// The number of clips of the data set.
  Index clips() const { return dataset_.size(); }
  /// What errors call a clip.
  std::string name(Index clip) const { return dataset_.name(clip); }
  /// The number of batches of an epoch.
  Index batches() const { return batch_count(clips(), config_.batch_size, config_.drop_last); }

  /// The order of epoch `number`: a permutation of the clips, or 0, 1, 2 ... without shuffling.
  std::vector<Index> order(Index number) const {
    return epoch_order(clips(), config_.shuffle, config_.key, number);
  }

  /// The batches of epoch `number` from batch `first` on; the loader must outlive them. A part of a
  /// small batch may have no clip: its `clips` are undefined then. What goes
  /// wrong in reading a clip is thrown when its batch is asked for: IoError, FormatError;
  /// ShapeError when frames of a batch differ in size and the configuration asks for none.
  Epoch epoch(Index number, Index first = 0) const& {
    require<ValueError>(0 <= first && first <= batches(), "Loader: batch ", first,
                        " is outside of the ", batches());
    return Epoch(
        batches() - first, config_.workers, config_.prefetch,
        [this, number, first, order = order(number)](Index b, const std::atomic<bool>& stop) {
          const Index start = (first + b) * config_.batch_size;
          const Index all = std::min<Index>(config_.batch_size, std::ssize(order) - start);
          const auto own = config_.share.of(all);
          std::vector<Index> clips;
          for (const Index i : own) clips.push_back(order[static_cast<std::size_t>(start + i)]);
          Batch batch = make_batch(std::move(clips), number, stop);
          batch.first = own.empty() ? all : own.front(), batch.whole = all;
          return batch;
        });
  }
  Epoch epoch(Index number, Index first = 0) const&& = delete;

 private:
  struct Stopped {};  // thrown to leave a batch that nobody waits for

  Batch make_batch(std::vector<Index> clips, Index epoch, const std::atomic<bool>& stop) const {
    Batch batch;
    const Index n = std::ssize(clips);
    batch.labels = Tensor<std::int64_t>::uninitialized({n});
    for (Index i = 0; i < n; ++i) {
      if (stop) throw Stopped();
      const Index clip = clips[static_cast<std::size_t>(i)];
      const Key key = config_.key.of("clip")
                          .of(static_cast<std::uint64_t>(epoch))
                          .of(static_cast<std::uint64_t>(clip));
      const auto drawn = transform_.draw(key);
      batch.labels(i) = seen_label(dataset_.label(clip), drawn.mirrored);
      batch.label_sets.push_back(dataset_.labels(clip));
      for (auto& label : batch.label_sets.back()) label = seen_label(label, drawn.mirrored);
      const auto positions = positions_of(clip, key.of("frames"));
      const auto frames = dataset_.frames(clip, positions);
      for (Index t = 0; t < config_.frames; ++t) {
        const auto at = static_cast<std::size_t>(t);
        const auto name = [&] { return dataset_.frame_name(clip, positions[at]); };
        const auto& frame = frames[at];
        const auto reason = refusal(transform_.framing(), frame.size(0), frame.size(1));
        if (!reason.empty()) throw ShapeError(concat(name(), " ", reason));
        const auto image = transform_.picture(frame, drawn);
        const Shape planes{3, image.size(0), image.size(1)};
        if (!batch.clips.defined())
          batch.clips =
              Tensor<float>::uninitialized({n, config_.frames, 3, image.size(0), image.size(1)});
        auto out = batch.clips[i][t];
        if (out.shape() != planes)
          throw ShapeError(concat(name(), ": is ", image.size(0), "x", image.size(1),
                                  ", other frames are ", out.size(1), "x", out.size(2),
                                  "; a size (--size in training) brings them together"));
        transform_.planes(image, drawn, out.view<3>());
      }
    }
    batch.indices = std::move(clips);
    return batch;
  }

  std::vector<Index> positions_of(Index clip, Key key) const {
    const Index count = dataset_.frame_count(clip);
    const auto sampling = config_.transform.sampling;
    return config_.sampling == Sampling::random
               ? drawn_frames(sampling, count, config_.frames, key)
               : test_frames(sampling, count, config_.frames, config_.view.clip,
                             config_.view.clips);
  }

  std::int64_t seen_label(std::int64_t label, bool mirrored) const {
    return mirrored && !config_.mirrored_labels.empty()
               ? config_.mirrored_labels.at(static_cast<std::size_t>(label))
               : label;
  }

  LoaderConfig config_;
  ClipTransform transform_;
  FrameCache dataset_;
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
