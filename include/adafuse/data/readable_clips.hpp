// A data set without the clips that cannot be read. Every frame is read once to know, before
// anything is trained; what is left out follows from the files alone.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/data/dataset.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Some clips of a data set, in this order.
class ChosenClips : public Dataset {
 public:
  /// `chosen` are numbers of clips of `source`.
  ChosenClips(std::unique_ptr<const Dataset> source, std::vector<Index> chosen)
      : source_(std::move(source)), chosen_(std::move(chosen)) {}

  Index size() const override { return std::ssize(chosen_); }
  std::string name(Index clip) const override { return source_->name(at(clip)); }
  Index frame_count(Index clip) const override { return source_->frame_count(at(clip)); }
  std::int64_t label(Index clip) const override { return source_->label(at(clip)); }
  std::vector<std::int64_t> labels(Index clip) const override { return source_->labels(at(clip)); }
  Tensor<std::uint8_t> frame(Index clip, Index t) const override {
    return source_->frame(at(clip), t);
  }
  std::vector<Tensor<std::uint8_t>> frames(Index clip,
                                           std::span<const Index> positions) const override {
    return source_->frames(at(clip), positions);
  }
  void each_frame(Index clip, const std::function<void(Index t, const Tensor<std::uint8_t>&)>& use)
      const override {
    source_->each_frame(at(clip), use);
  }
  std::string frame_name(Index clip, Index t) const override {
    return source_->frame_name(at(clip), t);
  }
  Shape frame_size(Index clip) const override { return source_->frame_size(at(clip)); }
  std::filesystem::path place(Index clip) const override { return source_->place(at(clip)); }

 private:
  Index at(Index clip) const {
    require<ValueError>(0 <= clip && clip < size(), "ChosenClips: clip ", clip,
                        " is outside of the ", size());
    return chosen_[static_cast<std::size_t>(clip)];
  }

  std::unique_ptr<const Dataset> source_;
  std::vector<Index> chosen_;
};

/// Calls `read(i)` for each i below `count`, on several threads. Returns for each what error it
/// threw, empty for none.
template <class Read>
std::vector<std::string> errors_of(Index count, const Read& read) {
  std::vector<std::string> errors(static_cast<std::size_t>(count));
  parallel_for(count, 1, {}, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) try {
        read(i);
      } catch (const Error& error) {
        errors[static_cast<std::size_t>(i)] = error.what();
      }
  });
  return errors;
}

/// The clips of which every frame can be read; why others cannot is added to `left_out`, one line
/// each.
inline std::unique_ptr<const Dataset> readable_clips(std::unique_ptr<const Dataset> clips,
                                                     std::vector<std::string>& left_out) {
  const auto errors = errors_of(clips->size(), [&](Index clip) {
    clips->each_frame(clip, [](Index, const Tensor<std::uint8_t>&) {});
  });
  std::vector<Index> chosen;
  for (Index clip = 0; clip < clips->size(); ++clip) {
    const auto& error = errors[static_cast<std::size_t>(clip)];
    if (error.empty())
      chosen.push_back(clip);
    else
      left_out.push_back(error);
  }
  if (std::ssize(chosen) == clips->size()) return clips;
  return std::make_unique<ChosenClips>(std::move(clips), std::move(chosen));
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
