// How blocked channels cut a strip of output rows into tiles, and which taps each of them reads.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/blocked/tile.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <optional>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace blocked {

/// Positions in a plane, and in the weights of a channel, are counted in 32 bits.
inline constexpr Index most_positions = Index{1} << 30;

/// One group, a stride of 1 or 2 along rows, and taps that reach one column beyond an edge at most.
inline bool fits(const Correlation& g) {
  if (g.groups != 1 || g.stride_width > 2 || g.in_pixels() >= most_positions ||
      g.taps() >= most_positions / unit)
    return false;
  for (Index q = 0; q < g.kernel_width; ++q) {
    const Range in = inside(g.column(0, q), g.stride_width, g.in_width, g.out_width);
    if (in.begin > 1 || in.end < g.out_width - 1) return false;
  }
  return true;
}

/// Whether `automatic` and `direct` consider it: larger maps fill vectors of pixels (decisions
/// 0016, 0022).
inline bool may_pay(const Correlation& g) {
  constexpr Index few_pixels = 200;
  return fits(g) && g.out_pixels() <= few_pixels;
}

/// Where a tile lies, and what it reads.
struct PlacedTile {
  Range rows;  // of outputs
  Index column, pixels;
  Index first_step, steps;
};

/// The tiles of all output rows, in strips.
class TileShapes {
 public:
  /// Tiles of so many units; none reaches over the end of a strip.
  void set_strips(const Correlation& g, Index strips, int units) {
    steps_.clear(), tiles_.clear(), strips_.clear();
    find_columns(g);
    const Index segments = (g.out_width + tile_pixels - 1) / tile_pixels;
    for (Index s = 0; s < strips; ++s) {
      const Range rows = part(g.out_height, strips, s);
      const Index begin = std::ssize(tiles_);
      for (Index c = 0; c < segments; ++c) {
        const Range columns = part(g.out_width, segments, c);
        const Index at_once = tile_rows(columns.size(), units),
                    count = (rows.size() + at_once - 1) / at_once;
        for (Index t = 0; t < count; ++t) {
          const Range some = part(rows.size(), count, t);
          add_tile(g, {rows.begin + some.begin, rows.begin + some.end}, columns);
        }
      }
      strips_.push_back({begin, std::ssize(tiles_)});
    }
  }

  std::span<const PlacedTile> of_strip(Index strip) const {
    const Range range = strips_[static_cast<std::size_t>(strip)];
    return {tiles_.data() + range.begin, static_cast<std::size_t>(range.size())};
  }
  const TapStep* steps(const PlacedTile& tile) const { return steps_.data() + tile.first_step; }

 private:
  /// The output columns of which each tap of a row finds something inside of the image.
  void find_columns(const Correlation& g) {
    columns_inside_.clear();
    for (Index q = 0; q < g.kernel_width; ++q)
      columns_inside_.push_back(inside(g.column(0, q), g.stride_width, g.in_width, g.out_width));
  }

  void add_tile(const Correlation& g, Range rows, Range columns) {
    const Index first = std::ssize(steps_);
    for (Index p = 0; p < g.kernel_height; ++p) {
      bool is_inside[most_rows] = {}, is_any = false;
      for (Index r = 0; r < rows.size(); ++r) {
        const Index row = g.row(rows.begin + r, p);
        is_inside[r] = row >= 0 && row < g.in_height;
        is_any |= is_inside[r];
      }
      if (!is_any) continue;
      for (Index q = 0; q < g.kernel_width; ++q) {
        const Finds in_row = found(columns_inside_[static_cast<std::size_t>(q)], columns);
        if (in_row == Finds::none) continue;
        TapStep step{};
        step.weights = static_cast<std::int32_t>((p * g.kernel_width + q) * unit);
        step.pixels = static_cast<std::int32_t>(g.row(rows.begin, p) * g.in_width +
                                                g.column(columns.begin, q));
        for (Index r = 0; r < most_rows; ++r) step.finds[r] = is_inside[r] ? in_row : Finds::none;
        steps_.push_back(step);
      }
    }
    tiles_.push_back({rows, columns.begin, columns.size(), first, std::ssize(steps_) - first});
  }

  static Finds found(Range in, Range columns) {
    const bool first = in.begin <= columns.begin, last = in.end >= columns.end;
    if (columns.size() <= !first + !last) return Finds::none;
    if (first) return last ? Finds::all : Finds::all_but_last;
    return last ? Finds::all_but_first : Finds::all_but_both;
  }

  std::vector<Range> columns_inside_;
  std::vector<TapStep> steps_;
  std::vector<PlacedTile> tiles_;
  std::vector<Range> strips_;
};

/// The tiles of a call, of one unit and of more: those of a convolution, and of a shortcut, which
/// reads other taps.
class Shapes {
 public:
  /// All that they follow from.
  struct From {
    Correlation main;
    std::optional<Correlation> shortcut;
    Index strips, lanes;

    bool operator==(const From&) const = default;
  };
  explicit Shapes(const From& from) : from_(from) {
    for (int units = 1; units <= (from.lanes > unit ? 2 : 1); ++units) {
      main_[units - 1].set_strips(from.main, from.strips, units);
      if (from.shortcut) shortcut_[units - 1].set_strips(*from.shortcut, from.strips, units);
    }
  }

  const From& from() const { return from_; }
  const TileShapes& main(int units) const { return main_[units > 1]; }
  const TileShapes& shortcut(int units) const { return shortcut_[units > 1]; }

 private:
  From from_;
  TileShapes main_[2], shortcut_[2];
};

/// Those of many calls: to find the tiles anew would take a twentieth of a small layer's time.
class KnownShapes {
 public:
  const Shapes& of(const Shapes::From& from) {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      next_ = next_ + 1 < all_.size() ? next_ + 1 : 0;  // Layers come in the same order again.
      if (all_[next_].from() == from) return all_[next_];
    }
    if (all_.size() == most) all_.clear();
    next_ = all_.size();
    return all_.emplace_back(from);
  }

 private:
  static constexpr std::size_t most = 256;
  std::vector<Shapes> all_;
  std::size_t next_ = 0;
};

}  // namespace blocked
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
