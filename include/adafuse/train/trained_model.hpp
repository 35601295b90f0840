// TrainedModel: a network from its file, ready for sessions: which frames of a clip it looks at,
// how a picture becomes what it reads, who decides, and what its logits say.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/framing.hpp>
#include <adafuse/infer/infer.hpp>
#include <adafuse/train/finite.hpp>
#include <adafuse/train/model_file.hpp>
#include <algorithm>
#include <cmath>

namespace adafuse::train::inline ADAFUSE_SIMD {

class TrainedModel {
 public:
  /// Throws IoError, and FormatError for a file that is no such model or holds NaN.
  explicit TrainedModel(const std::filesystem::path& file) : saved_(load_model(file)) {
    require_finite_state(saved_.model, file.string());
  }

  /// What the file says.
  const ModelCard& card() const { return saved_.card; }

  /// The shorter side that pictures are scaled to; 0: they are taken as they are.
  Index side() const { return card().input.framing().scaled_side(); }

  /// The frames of a clip that the network looks at, counted from 0.
  std::vector<Index> frames_of(Index frame_count) const {
    return data::test_frames(card().input.sampling, frame_count, card().config.frames);
  }

  /// What the network reads of a picture [H, W, 3]: [3, h, w]. Throws ValueError, saying whose
  /// picture it is, for one of a size that the model refuses.
  Tensor<float> frame_of(const Tensor<std::uint8_t>& picture, const std::string& whose) const {
    const auto framing = card().input.framing();
    const auto reason = data::refusal(framing, picture.size(0), picture.size(1));
    if (!reason.empty()) throw ValueError(concat(whose, ": a picture ", reason));
    return data::normalise(data::framed(picture, framing), card().input.normalisation);
  }

  /// What it reads of a clip of pictures [T, H, W, 3]: those that it looks at, [1, t, 3, h, w].
  Tensor<float> clip_of(const Tensor<std::uint8_t>& pictures, const std::string& whose) const {
    require<ShapeError>(pictures.rank() == 4 && pictures.size(0) > 0, whose,
                        ": expects pictures [T,H,W,3], got ", pictures.shape());
    const auto chosen = frames_of(pictures.size(0));
    Tensor<float> clip;
    for (Index t = 0; t < std::ssize(chosen); ++t) {
      const auto frame = frame_of(pictures[chosen[static_cast<std::size_t>(t)]], whose);
      if (t == 0) clip = Tensor<float>({1, std::ssize(chosen), 3, frame.size(1), frame.size(2)});
      clip[0][t].copy_from(frame);
    }
    return clip;
  }

  /// The network for frames [3, h, w].
  std::shared_ptr<const infer::FoldedNetwork<float>> fold(const Shape& frame, Index frames) const {
    return infer::fold(saved_.model, frame[1], frame[2], {.frames = frames});
  }

 private:
  SavedModel saved_;
};

/// Who decides in place of agents; empty: they do. Lots are those of an evaluation with this seed,
/// clip by clip. Throws ValueError, which begins with `option`, for a policy that no session has.
inline infer::Decider decider_of(const PolicyChoice& choice, std::uint64_t seed,
                                 const char* option) {
  using Kind = PolicyChoice::Kind;
  switch (choice.kind) {
    case Kind::learned:
      return {};
    case Kind::keep_all:
      return infer::keep_everything();
    case Kind::random:
      return infer::draw_lots(choice.shares, Key(seed).of("evaluation").of("lots"));
    case Kind::change:
      return infer::reuse_unchanged(choice.threshold);
    case Kind::magnitude:
      break;
  }
  throw ValueError(concat(option, ": sessions take learned, keep-all, random:k,r,s or change:t"));
}

/// The class with the largest logit, and its share of the softmax; of a model of several labels its
/// sigmoid. Throws ValueError, naming whose logits they are, when one is not finite.
struct Guess {
  std::size_t label = 0;  ///< the class of the largest logit
  double score = 0;       ///< its share of the softmax, or its sigmoid

  /// Of the logits of one clip, which errors call `whose`.
  Guess(std::span<const float> logits, const std::string& whose, bool several_labels = false) {
    require_finite_logits(logits, whose);
    label =
        static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit - logits[label]));
    score = several_labels ? 1 / (1 + std::exp(-static_cast<double>(logits[label]))) : 1 / sum;
  }
};

}  // namespace adafuse::train::inline ADAFUSE_SIMD
