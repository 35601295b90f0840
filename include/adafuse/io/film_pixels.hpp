// A decoded frame as pixels: converted to RGB and scaled in one step, and turned upright.
//
// Scaling weighs old pixels by a triangle that widens when the picture shrinks, as
// data/resize.hpp does. Of an interlaced frame the upper field is taken, at twice its height: its
// two fields are of two moments, and woven together they comb. A frame whose size differs from what
// the film announces is scaled to that.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/io/ffmpeg.hpp>
#include <adafuse/io/film_options.hpp>
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace adafuse::io::inline ADAFUSE_SIMD::detail {

/// How a stored picture is shown: first `swap` exchanges columns and rows, then the new columns and
/// rows may be mirrored.
struct FilmTurn {
  bool swap = false, mirror_columns = false, mirror_rows = false;

  /// Of a display matrix (a b u; c d v; x y w): column' = a column + c row, row' = b column + d
  /// row. Throws FormatError for other angles than multiples of 90 degrees.
  static FilmTurn of(const std::int32_t* matrix, const std::string& name) {
    const auto a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    const bool straight = a != 0 && d != 0 && b == 0 && c == 0;
    const bool turned = a == 0 && d == 0 && b != 0 && c != 0;
    require<FormatError>(straight || turned, name,
                         ": is to be shown at an angle that is no multiple of 90 degrees");
    return {turned, (turned ? c : a) < 0, (turned ? b : d) < 0};
  }
  /// Of a stream; without a matrix it is upright.
  static FilmTurn of(const AVStream& stream, const std::string& name) {
    const std::int32_t* matrix = display_matrix(stream);
    return matrix ? of(matrix, name) : FilmTurn{};
  }

  FilmSize size(FilmSize stored) const {
    return swap ? FilmSize{stored.height, stored.width} : stored;
  }
};

class FilmPixels {
 public:
  /// Stored frames become `size` and then are turned; `threads` work at each.
  FilmPixels(FilmSize size, FilmTurn turn, std::string name, int threads)
      : name_(std::move(name)), size_(size), turn_(turn), threads_(threads) {
    rgb_->format = AV_PIX_FMT_RGB24;
    rgb_->width = static_cast<int>(size.width);
    rgb_->height = static_cast<int>(size.height);
    require_ffmpeg(av_frame_get_buffer(rgb_.get(), 0), name_, "no room for a frame");
  }

  /// RGB [H, W, 3].
  Tensor<std::uint8_t> operator()(const AVFrame& frame) {
    int result = 0;
    if (is_interlaced(frame) && frame.height > 1) {
      const Frame field = upper_field(frame);
      prepare(*field);
      result = scale_frame(*scaler_, *field, *rgb_);
    } else {
      prepare(frame);
      result = scale_frame(*scaler_, frame, *rgb_);
    }
    require_ffmpeg(result, name_, "cannot convert a frame");
    return turned();
  }

 private:
  /// Every other row of the same memory.
  static Frame upper_field(const AVFrame& frame) {
    Frame field = allocated(av_frame_clone(&frame));
    field->height = (frame.height + 1) / 2;
    for (int& bytes : field->linesize) bytes *= 2;
    return field;
  }

  void prepare(const AVFrame& frame) {
    const bool scaled = frame.width != rgb_->width || frame.height != rgb_->height;
    const int flags = scaled ? SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT : SWS_BICUBIC;
    const Made made{frame.width, frame.height, frame.format, frame.colorspace, frame.color_range};
    if (scaler_ && made == made_) return;
    scaler_ = rgb_scaler(frame, *rgb_, flags, threads_);
    require<FormatError>(scaler_ != nullptr, name_, ": cannot convert its frames of ", frame.width,
                         "x", frame.height, " to RGB of ", rgb_->width, "x", rgb_->height);
    made_ = made;
    int *unused = nullptr, *table = nullptr, full = 0, to_full = 0, brightness = 0, contrast = 0,
        saturation = 0;
    if (sws_getColorspaceDetails(scaler_.get(), &unused, &full, &table, &to_full, &brightness,
                                 &contrast, &saturation) < 0)
      return;  // of formats that are RGB already
    if (frame.color_range == AVCOL_RANGE_JPEG) full = 1;
    sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(frame.colorspace), full, table,
                             to_full, brightness, contrast, saturation);
  }

  Tensor<std::uint8_t> turned() const {
    const FilmSize shown = turn_.size(size_);
    auto image = Tensor<std::uint8_t>::uninitialized({shown.height, shown.width, 3});
    std::uint8_t* to = image.data();  // walks the shown picture, row by row
    const Index down = rgb_->linesize[0];
    for (Index i = 0; i < shown.height; ++i) {
      const Index row = turn_.mirror_rows ? shown.height - 1 - i : i;
      if (!turn_.swap && !turn_.mirror_columns) {
        to = std::copy_n(rgb_->data[0] + row * down, 3 * shown.width, to);
        continue;
      }
      for (Index j = 0; j < shown.width; ++j) {
        const Index column = turn_.mirror_columns ? shown.width - 1 - j : j;
        const Index y = turn_.swap ? column : row, x = turn_.swap ? row : column;
        to = std::copy_n(rgb_->data[0] + y * down + 3 * x, 3, to);
      }
    }
    return image;
  }

  /// What a scaler was made for.
  struct Made {
    int width, height, format, colours, range;
    friend bool operator==(const Made&, const Made&) = default;
  };

  std::string name_;
  FilmSize size_;
  FilmTurn turn_;
  int threads_;
  Frame rgb_ = allocated(av_frame_alloc());
  Scaler scaler_;
  Made made_{};
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD::detail
