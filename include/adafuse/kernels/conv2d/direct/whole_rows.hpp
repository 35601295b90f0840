// Whole rows: convolutions of small maps, whose neighbours are found in registers.
//
// Where rows of outputs fill vectors, a vector knows the pixels beside each of its own, but at the
// edges, where there are none. So one load of an image row serves three taps: of stride 1 they are
// the vector itself, and the vector moved by a lane up and down; of stride 2, the even and the odd
// places of two vectors, and the odd ones a lane further. A row of 16 fills a vector of 16, and so
// do two of 8 or four of 4. Nothing is copied beforehand and few masks are needed, which matters
// when few output channels are wanted.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/caches.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/conv2d/shared/tile_rows.hpp>
#include <adafuse/kernels/conv2d/shared/work.hpp>
#include <array>
#include <bit>
#include <cstdint>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace whole_rows {

/// Most vectors of a tile of so many rows: of many rows one. They are powers of two, as those of a
/// frame nearly always are, and what is left is cut into smaller ones.
constexpr int vectors_beside(int rows) {
  if (rows > tile_rows) return 1;
  return static_cast<int>(std::bit_floor(
      static_cast<unsigned>(std::clamp(simd_registers * 5 / 8 / rows, 2, tile_vectors))));
}
/// Rows of outputs, of frames of so many vectors, cut into tiles.
inline EvenParts row_blocks(Index outs, Index vectors) {
  return {outs, vectors == 1 ? tall_rows : tile_rows};
}
/// Vectors of the largest of these tiles.
inline Index vectors_of_tile(Index outs, Index vectors) {
  const Index blocks = row_blocks(outs, vectors).count();
  return vectors_beside(static_cast<int>((outs + blocks - 1) / blocks));
}

/// 3x3 kernels with padding 1, of stride 1 or 2, and 1x1 kernels of stride 2; one group, and images
/// whose rows are one or two output rows long, which fill vectors: one, two or four in each.
inline bool fits(const Correlation& g) {
  const Index side = g.kernel_width, stride = g.stride_width;
  const bool three = side == 3 && g.dilation_height == 1 && g.dilation_width == 1 && stride <= 2;
  return g.groups == 1 && g.kernel_height == side && g.stride_height == stride &&
         (three || (side == 1 && stride == 2)) && g.top == -(side / 2) && g.left == -(side / 2) &&
         g.in_height == stride * g.out_height && g.in_width == stride * g.out_width &&
         Floats::width % g.out_width == 0 && 4 * g.out_width >= Floats::width &&
         g.out_pixels() % Floats::width == 0;
}

/// The kernels: 3x3 of stride 1, and 3x3 and 1x1 of stride 2.
enum class Taps : std::uint8_t { adjacent, unzipped, single };

/// What the tiles of a frame read.
struct RowsSource {
  Taps taps;
  const float* pixels;  // the first channel
  Index plane;          // from a channel to the next
  Index row;            // from a row of the image to the next
  Index step;           // from what a vector of outputs reads to what the next one does
  Index second;         // of stride 2: from the first pixels that are unzipped to those with them
  bool halves;          // of stride 2: an image row is half a vector, and two of them make one
  Index vectors;        // of outputs
  ChannelList channels;
  Index ahead;        // from these pixels to those of the next frame, fetched meanwhile; or 0
  Mask inside;        // the lanes of a vector that is loaded
  Mask above_first;   // of the first vector and tap row 0: nothing lies above the image
  Mask below_last;    // of the last vector and tap row 2, of stride 1: nothing lies below
  Mask above_second;  // of what is unzipped with the first vector
  Mask has_left, has_right;  // lanes whose pixel has a neighbour on its left, on its right

  [[gnu::always_inline]] void fetch_ahead(const float* p, int count) const {
    if (ahead != 0)
#pragma GCC unroll 16
      for (int v = 0; v < count; ++v) __builtin_prefetch(p + ahead + v * Floats::width);
  }
};
/// The numbers of the largest frame that is fetched ahead: L1 has room for two and what is made.
inline Index largest_fetched() { return Caches::here().l1 / 3; }

/// Which lanes of a tile lie inside of the image, for each row of taps: of its first vector and of
/// its last; and of what is unzipped with the first, for the first row of taps.
struct Edges {
  Mask first[3], last[3], second[3];

  [[gnu::always_inline]] Edges(const RowsSource& source, Index begin, int vectors) {
    const Mask above = begin == 0 ? source.above_first : source.inside,
               below = begin + vectors == source.vectors ? source.below_last : source.inside;
    first[0] = above, first[1] = first[2] = source.inside;
    last[0] = last[1] = source.inside, last[2] = below;
    if (vectors == 1) first[2] = below;
    second[0] = begin == 0 ? source.above_second : first_lanes(Floats::width);
    second[1] = second[2] = first_lanes(Floats::width);
  }
};

/// Whether the rows of a kernel are unrolled. Several vectors hide a loop, and three copies would
/// only be longer to compile. With few registers the masks and pointers of a loop have no place.
template <int Vectors>
inline constexpr bool unrolled = Vectors == 1 || simd_registers < 32;

/// Calls `add_row(p)` for the rows of a kernel.
template <int Count, bool Unrolled, class AddRow>
[[gnu::always_inline]] inline void for_kernel_rows(const AddRow& add_row) {
  if constexpr (Unrolled) {
#pragma GCC unroll 3
    for (int p = 0; p < Count; ++p) add_row(p);
  } else {
#pragma GCC unroll 1
    for (int p = 0; p < Count; ++p) add_row(p);
  }
}

/// 3x3 kernels of stride 1: taps that read an image row where it lies, and moved by a lane.
struct Adjacent {
  static constexpr Taps of = Taps::adjacent;
  static constexpr int taps = 9;

  template <int Rows, int Vectors>
  [[gnu::always_inline]] static void add_channel(Accumulators<Rows, Vectors>& sums,
                                                 const RowsSource& source, const Edges& edges,
                                                 const float* p, Index k) {
    source.fetch_ahead(p, Vectors);
    const float* row = p - source.row;
    for_kernel_rows<3, unrolled<Vectors>>([&](int kernel_row) __attribute__((always_inline)) {
      Floats middle[Bound{Vectors}], beside[Bound{Vectors}];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) {
        const float* const from = row + v * Floats::width;
        middle[v] = v == 0             ? Floats::load(from, edges.first[kernel_row])
                    : v + 1 == Vectors ? Floats::load(from, edges.last[kernel_row])
                                       : Floats::load(from);
        keep_in_register(middle[v]);
        beside[v] = move_up(middle[v], source.has_left);
        keep_in_register(beside[v]);
      }
      sums.add(k, beside);
      sums.add(k + 1, middle);
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) {
        beside[v] = move_down(middle[v], source.has_right);
        keep_in_register(beside[v]);
      }
      sums.add(k + 2, beside);
      k += 3, row += source.row;
    });
  }
};

/// Kernels of `Side` x `Side` taps of stride 2: taps that read an image row unzipped.
template <int Side>
struct Unzipped {
  static constexpr Taps of = Side == 1 ? Taps::single : Taps::unzipped;
  static constexpr int taps = Side * Side;

  /// Two vectors of pixels: those of every other row from `p` on, for one vector of outputs.
  [[gnu::always_inline]] static void load_rows(const RowsSource& source, const float* p, Floats& a,
                                               Floats& b) {
    if (source.halves) {
      a = Floats::load_lower(p).load_upper(p + source.second);
      b = Floats::load_lower(p + 2 * source.second).load_upper(p + 3 * source.second);
    } else {
      a = Floats::load(p), b = Floats::load(p + source.second);
    }
  }
  /// The same where the first of these rows may lie above the image: it has the lanes of the masks,
  /// others become 0.
  [[gnu::always_inline]] static void load_rows(const RowsSource& source, const float* p, Mask first,
                                               Mask second, Floats& a, Floats& b) {
    a = Floats::load(p, first);
    if (source.halves) {
      a = a.load_upper(p + source.second);
      b = Floats::load_lower(p + 2 * source.second).load_upper(p + 3 * source.second);
    } else {
      b = Floats::load(p + source.second, second);
    }
  }

  template <int Rows, int Vectors>
  [[gnu::always_inline]] static void add_channel(Accumulators<Rows, Vectors>& sums,
                                                 const RowsSource& source, const Edges& edges,
                                                 const float* p, Index k) {
    constexpr int next = 4 * Floats::width;  // from the rows of a vector to those of the next
    if constexpr (Side > 1) source.fetch_ahead(p, 4 * Vectors);
    const float* row = p - Side / 2 * source.row;
    for_kernel_rows<Side, unrolled<Vectors>>([&](int kernel_row) __attribute__((always_inline)) {
      Floats even[Bound{Vectors}], odd[Bound{Vectors}];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) {
        const float* const rows = row + v * next;
        if (Side > 1 && v == 0)
          load_rows(source, rows, edges.first[kernel_row], edges.second[kernel_row], even[v],
                    odd[v]);
        else
          load_rows(source, rows, even[v], odd[v]);
        unzip(even[v], odd[v]);
        keep_in_register(even[v]);
        if constexpr (Side > 1) keep_in_register(odd[v]);
      }
      if constexpr (Side == 1) {
        sums.add(k, even);
      } else {
        sums.add(k + 1, even);
        sums.add(k + 2, odd);
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) {
          odd[v] = move_up(odd[v], source.has_left);
          keep_in_register(odd[v]);
        }
        sums.add(k, odd);
      }
      k += Side, row += source.row;
    });
  }
};

/// sums += the products of all channels, of the vectors from `begin` on.
template <class Reader, int Rows, int Vectors>
[[gnu::always_inline]] inline void add_products(Accumulators<Rows, Vectors>& sums,
                                                const RowsSource& source, Index begin) {
  const Edges edges(source, begin, Vectors);
  const float* const pixels = source.pixels + begin * source.step;
  for (Index i = 0; i < source.channels.count; ++i) {
    const Index channel = source.channels[i];
    Reader::add_channel(sums, source, edges, pixels + channel * source.plane,
                        channel * Reader::taps);
  }
}

/// Tiles of so many vectors of outputs, one after another: those of the range, by the reader of
/// `Readers` that is for the source. Loops of one function share what comes before and after them,
/// which is about as long to compile.
template <int Rows, int Vectors, class... Readers>
[[gnu::noinline]] void correlate(TileRows& tile, const RowsSource& shared, Range range) {
  const RowsSource source = shared;  // A copy of its own: nothing that is stored can change it.
  for (Index begin = range.begin; begin < range.end; begin += Vectors) {
    tile.offset = begin * Floats::width;
    Accumulators<Rows, Vectors> sums(tile);
    static_cast<void>((((sizeof...(Readers) == 1 || source.taps == Readers::of) &&
                        (add_products<Readers>(sums, source, begin), true)) ||
                       ...));
    sums.finish(tile);
  }
}

/// The kernels for tiles of 1 .. tall_rows output channels and of 1, 2, 4 ... vectors, as many as
/// go with them.
using Kernel = void (*)(TileRows&, const RowsSource&, Range);
/// How many of these lengths are not above `vectors`.
constexpr int lengths_up_to(int vectors) {
  return static_cast<int>(std::bit_width(static_cast<unsigned>(vectors)));
}
inline constexpr int tile_lengths = lengths_up_to(tile_vectors);
using Kernels = std::array<std::array<Kernel, tile_lengths>, tall_rows>;

template <int Rows, class... Readers, int... Lengths>
constexpr std::array<Kernel, tile_lengths> kernels_of_rows(std::integer_sequence<int, Lengths...>) {
  return {correlate<Rows, 1 << Lengths, Readers...>...};
}
template <class... Readers, int... Before>
constexpr Kernels make_kernels(std::integer_sequence<int, Before...>) {
  return {kernels_of_rows<Before + 1, Readers...>(
      std::make_integer_sequence<int, lengths_up_to(vectors_beside(Before + 1))>())...};
}
template <class... Readers>
inline constexpr Kernels kernels =
    make_kernels<Readers...>(std::make_integer_sequence<int, tall_rows>());

/// Functions of both loops of 3x3 kernels; or of one, where the registers are few and the sums
/// would not stay in them. 1x1 kernels are alone: what comes before their loop would take a sixth
/// longer.
inline const Kernels& kernels_for(Taps taps) {
  if (taps == Taps::single) return kernels<Unzipped<1>>;
  if constexpr (simd_registers >= 32)
    return kernels<Adjacent, Unzipped<3>>;
  else
    return taps == Taps::adjacent ? kernels<Adjacent> : kernels<Unzipped<3>>;
}

/// Vectors of outputs of all rows of a tile: in the largest tiles that there are, then in smaller.
inline void correlate_rows(int rows, TileRows& tile, const RowsSource& source, Range vectors) {
  const auto& of_rows = kernels_for(source.taps)[static_cast<std::size_t>(rows - 1)];
  for (int count = vectors_beside(rows); count > 0; count /= 2) {
    const Index end = vectors.begin + vectors.size() / count * count;
    if (end == vectors.begin) continue;
    of_rows[static_cast<std::size_t>(lengths_up_to(count) - 1)](tile, source, {vectors.begin, end});
    vectors.begin = end;
  }
}

/// What the tiles of all frames have in common.
inline RowsSource source_of(const Correlation& g) {
  constexpr Index width = Floats::width;
  std::uint32_t left = 0, right = 0;
  for (Index lane = 0; lane < width; lane += g.out_width) {
    left |= lane_bits(lane + 1, lane + g.out_width);
    right |= lane_bits(lane, lane + g.out_width - 1);
  }
  const bool adjacent = g.stride_width == 1;
  RowsSource source{};
  source.taps = adjacent ? Taps::adjacent : g.taps() == 1 ? Taps::single : Taps::unzipped;
  source.plane = g.in_pixels(), source.row = g.in_width;
  source.step = g.stride_height * g.stride_width * width;
  source.vectors = g.out_pixels() / width;
  source.inside = first_lanes(adjacent ? width : std::min(2 * g.out_width, width));
  source.above_first = adjacent ? lane_range(g.out_width, width) : Mask();
  source.below_last = adjacent ? first_lanes(width - g.out_width) : source.inside;
  const bool one_row = g.out_width == width;  // is unzipped; otherwise rows are
  source.second = one_row ? width : 2 * g.in_width;
  source.halves = 4 * g.out_width == width;
  source.above_second = one_row ? Mask() : first_lanes(width);
  source.has_left = Mask(left), source.has_right = Mask(right);
  return source;
}

/// Whether a shortcut can be read beside: 1x1 of stride 2, by a convolution of stride 1.
inline bool takes_shortcut(const Correlation& g, const Correlation& shortcut) {
  return g.stride_width == 1 && fits(g) && shortcut.taps() == 1 && fits(shortcut);
}

/// y = epilogue(correlation of x and w), or of the sum of it and a shortcut.
inline void correlate(const Correlation& g, const float* x, const float* w, float* y,
                      const Conv2dOptions<float>& options) {
  const Conv2dShortcut<float>* const beside = options.shortcut;
  const Correlation h = beside ? forward_correlation(beside->geometry) : Correlation{};
  const RowsSource of_all = source_of(g);
  RowsSource of_shortcut{};
  if (beside) of_shortcut = source_of(h), of_shortcut.channels = {nullptr, 0, h.in_channels};
  const Index frame = g.in_channels * g.in_pixels();
  const bool fetches = frame <= largest_fetched();
  if (fetches)  // Nothing comes before the first frame that could fetch it meanwhile.
    for (Index i = 0; i < frame; i += Floats::width) __builtin_prefetch(x + i);
  // Few frames are cut, and then their output channels, so that there is work for a few threads.
  constexpr Index enough = 6;
  const Index of_tile = vectors_of_tile(g.out_channels, of_all.vectors);
  const Index strips =
                  std::clamp<Index>(enough / g.batch, 1, (of_all.vectors + of_tile - 1) / of_tile),
              chunks = std::clamp<Index>(enough / (g.batch * strips), 1,
                                         row_blocks(g.out_channels, of_all.vectors).count());
  const Index tasks = g.batch * strips * chunks;
  parallel_for(tasks, 1, conv2d_work(g, options) / tasks, [&](Index task, Index) {
    const FlushDenormals scope;
    const Index chunk = task % chunks, strip = task / chunks % strips, n = task / (chunks * strips);
    const Range vectors = part(of_all.vectors, strips, strip);
    const auto outs = ChannelList::of_group(options.out_of(n), 0, g.out_channels);
    RowsSource source = of_all, shortcut = of_shortcut;
    source.pixels = x + n * frame;
    source.channels = ChannelList::of_group(options.in_of(n), 0, g.in_channels);
    if (beside) shortcut.pixels = beside->x + n * h.in_channels * h.in_pixels();
    const EvenParts blocks = row_blocks(outs.count, vectors.size());
    const Range of_chunk = part(blocks.count(), chunks, chunk);
    for (Index b = of_chunk.begin; b < of_chunk.end; ++b) {
      const Range block = blocks[b];
      const int rows = static_cast<int>(block.size());
      TileRows tile = rows_of_frame(g, options.epilogue, w, y, n, outs, block.begin, rows);
      tile.last_lanes = first_lanes(Floats::width);
      if (beside) {  // Its sums are few, and stay in L1 until the others begin with them.
        TileRows sums = tile;
        for (int r = 0; r < rows; ++r)
          sums.weights[static_cast<std::size_t>(r)] =
              beside->weights + outs[block.begin + r] * h.in_channels;
        sums.epilogue = {};
        correlate_rows(rows, sums, shortcut, vectors);
        tile.accumulate = true;
      }
      source.ahead = fetches && b == of_chunk.begin && n + 1 < g.batch ? frame : 0;
      correlate_rows(rows, tile, source, vectors);
    }
  });
}

}  // namespace whole_rows
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
