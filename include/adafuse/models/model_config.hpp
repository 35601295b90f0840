// ModelConfig: what a video network is, in a few words that can be written to a file.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <adafuse/fusion/allowed_actions.hpp>
#include <adafuse/fusion/policy_pool.hpp>
#include <adafuse/fusion/policy_sees.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace adafuse::models::inline ADAFUSE_SIMD {

/// How frames of a clip learn of each other, besides the consensus at the end.
struct Fusion {
  bool shift = false;     ///< TSM's temporal shift
  bool adaptive = false;  ///< AdaFuse's keep, reuse, skip
  friend bool operator==(const Fusion&, const Fusion&) = default;
};

/// "none" (TSN), "tsm", "adafuse", "adafuse-tsm".
inline Fusion parse_fusion(const std::string& name) {
  if (name == "none") return {};
  if (name == "tsm") return {.shift = true};
  if (name == "adafuse") return {.adaptive = true};
  if (name == "adafuse-tsm") return {.shift = true, .adaptive = true};
  throw ValueError("fusion: expects none, tsm, adafuse or adafuse-tsm, got " +
                   io::in_single_quotes(name));
}

/// "none", "tsm", "adafuse" or "adafuse-tsm".
inline std::string to_string(const Fusion& fusion) {
  if (!fusion.adaptive) return fusion.shift ? "tsm" : "none";
  return fusion.shift ? "adafuse-tsm" : "adafuse";
}

/// Where a clip's logits come from: the average of its frames' logits, or an LSTM over the
/// frames' features.
enum class Consensus { average, lstm };

inline constexpr std::string_view consensus_words[] = {"average", "lstm"};
constexpr io::Words words_of(Consensus) { return {"consensus", consensus_words}; }

struct ModelConfig {
  std::string model = "resnet8";  ///< the backbone's name
  Fusion fusion;                  ///< what happens between frames
  Index classes = 0;              ///< how many there are; 0 is refused
  Index frames = 8;               ///< T, frames of a clip
  Index stem_stride = 1;          ///< of the CIFAR-style networks' first convolution
  double dropout = 0;             ///< before the classifier, in training

  Consensus consensus = Consensus::average;  ///< how logits of frames become the clip's
  Index lstm_hidden = 512;                   ///< features of the LSTM, where that is the consensus

  std::vector<Index> adaptive_stages;        ///< Only these stages decide; all, if both are empty.
  std::vector<std::string> adaptive_blocks;  ///< and these blocks, "layer4.1", "inception_5a"

  bool agents = true;  ///< Adaptive blocks have an agent; without, decisions come from outside.
  Index policy_hidden = 0;     ///< hidden units of an agent; 0: what fits the network (agents.hpp)
  Index policy_quota = 0;      ///< if positive, hidden units are quota / decisions
  double policy_relative = 0;  ///< if positive, hidden units are this times decisions
  Index policy_layers = 2;     ///< linears of an agent: 1, 2 or 3
  PolicyPool policy_pool = PolicyPool::average;  ///< what an agent sees of a map
  Index policy_groups_of = 1;  ///< so many channels share a decision: c' / groups_of decisions
  bool policy_both = false;    ///< Residual blocks decide on conv2's channels too.
  bool shared_policy = false;  ///< Blocks of equal sizes share the linears of their agents.
  PolicySees policy_sees = PolicySees::both;  ///< which frames an agent sees
  /// what an agent may choose
  AllowedActions actions = AllowedActions::keep_reuse_skip;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wfloat-equal"
  friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
#pragma GCC diagnostic pop
};

/// Throws ValueError for a number that no network has. Of models and blocks, those know who build
/// them.
inline void check(const ModelConfig& c) {
  // Products of two sizes, and four times a size, are far from the ends of Index.
  constexpr Index largest = std::numeric_limits<std::int32_t>::max();
  const auto count = [&](const char* name, Index value, Index least) {
    require<ValueError>(value >= least, "model: ", name,
                        least > 0 ? " must be positive, got " : " must not be negative, got ",
                        value);
    require<ValueError>(value <= largest, "model: ", name, " is at most ", largest, ", got ",
                        value);
  };
  count("classes", c.classes, 1);
  count("frames", c.frames, 1);
  count("stem stride", c.stem_stride, 1);
  count("lstm hidden", c.lstm_hidden, 1);
  count("policy hidden", c.policy_hidden, 0);
  count("policy quota", c.policy_quota, 0);
  count("policy groups of", c.policy_groups_of, 1);
  require<ValueError>(0 <= c.dropout && c.dropout < 1, "Dropout: p must be in [0, 1), got ",
                      c.dropout);
  require<ValueError>(c.policy_relative >= 0 && std::isfinite(c.policy_relative),
                      "model: policy relative must not be negative, got ", c.policy_relative);
  require<ValueError>(c.policy_relative <= 1e6, "model: policy relative is at most 1e6, got ",
                      c.policy_relative);
  require<ValueError>(1 <= c.policy_layers && c.policy_layers <= 3,
                      "model: policy layers: expects 1, 2 or 3, got ", c.policy_layers);
  require<ValueError>(!c.shared_policy || c.policy_sees != PolicySees::none,
                      "model: shared policy: agents that see nothing have no linears to share");
  require<ValueError>(!c.shared_policy || c.policy_sees != PolicySees::memory,
                      "model: shared policy: agents with a memory share no linears");
  require<ValueError>(c.policy_layers == 2 || c.policy_sees != PolicySees::memory,
                      "model: policy layers: a memory and one linear are 2, got ", c.policy_layers);
}

/// Whether agents have batch norms, for which one frame has no statistics.
inline bool agents_have_norms(const ModelConfig& c) {
  return c.fusion.adaptive && c.agents && c.policy_layers > 1 &&
         c.policy_sees != PolicySees::memory && c.policy_sees != PolicySees::none;
}

/// A block that could decide.
struct BlockPlace {
  std::string name;  ///< "layer4.1", "inception_4e"
  Index stage = 0;   ///< as --adaptive-stages counts them: 4 for both
};

/// Whether a block takes decisions.
inline bool is_adaptive(const ModelConfig& config, const BlockPlace& block) {
  if (!config.fusion.adaptive) return false;
  const auto& stages = config.adaptive_stages;
  const auto& blocks = config.adaptive_blocks;
  if (stages.empty() && blocks.empty()) return true;
  return std::count(stages.begin(), stages.end(), block.stage) > 0 ||
         std::count(blocks.begin(), blocks.end(), block.name) > 0;
}

/// Throws ValueError unless every stage and block that is named as adaptive is among `blocks`.
inline void check_adaptive(const ModelConfig& config, const std::vector<BlockPlace>& blocks) {
  require<ValueError>(
      config.fusion.adaptive || (config.adaptive_stages.empty() && config.adaptive_blocks.empty()),
      config.model, ": adaptive stages have no meaning with fusion ", to_string(config.fusion));
  const auto any = [&](const auto& fits) {
    return std::any_of(blocks.begin(), blocks.end(), fits);
  };
  for (const Index stage : config.adaptive_stages)
    require<ValueError>(any([&](const BlockPlace& place) { return place.stage == stage; }),
                        config.model, ": has no stage ", stage);
  for (const auto& block : config.adaptive_blocks)
    require<ValueError>(any([&](const BlockPlace& place) { return place.name == block; }),
                        config.model, ": has no block ", io::in_single_quotes(block));
}

}  // namespace adafuse::models::inline ADAFUSE_SIMD
