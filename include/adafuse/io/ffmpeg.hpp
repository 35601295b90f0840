// The door to FFmpeg's libraries: what they allocate, freed when it goes. A program that includes
// this links libavformat, libavcodec, libavutil and libswscale: adafuse::ffmpeg in CMake.
//
// Files that are films are read, nothing else: no network, no list of other files (HLS, concat).
// SPDX-License-Identifier: MIT
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include <adafuse/core/error.hpp>
#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <utility>

namespace adafuse::io::inline ADAFUSE_SIMD::detail {

struct FfmpegFree {
  void operator()(AVFormatContext* format) const { avformat_close_input(&format); }
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};
using FormatContext = std::unique_ptr<AVFormatContext, FfmpegFree>;
using CodecContext = std::unique_ptr<AVCodecContext, FfmpegFree>;
using Packet = std::unique_ptr<AVPacket, FfmpegFree>;
using Frame = std::unique_ptr<AVFrame, FfmpegFree>;
using Scaler = std::unique_ptr<SwsContext, FfmpegFree>;

/// What was allocated; throws std::bad_alloc where that is nothing.
template <class T>
std::unique_ptr<T, FfmpegFree> allocated(T* pointer) {
  if (!pointer) throw std::bad_alloc();
  return std::unique_ptr<T, FfmpegFree>(pointer);
}

/// A dictionary of options for FFmpeg.
class FfmpegOptions {
 public:
  FfmpegOptions() = default;
  FfmpegOptions(const FfmpegOptions&) = delete;
  FfmpegOptions& operator=(const FfmpegOptions&) = delete;
  ~FfmpegOptions() { av_dict_free(&options_); }

  void set(const char* name, const char* value) { av_dict_set(&options_, name, value, 0); }
  void set(const char* name, std::int64_t value) { av_dict_set_int(&options_, name, value, 0); }
  AVDictionary** get() { return &options_; }

 private:
  AVDictionary* options_ = nullptr;
};

/// What FFmpeg says about a number that it returned.
inline std::string ffmpeg_reason(int error) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(error, text.data(), text.size());
  return text.data();
}

/// Throws for a negative number that FFmpeg returned.
inline void require_ffmpeg(int result, const std::string& name, const char* what) {
  if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
  require<FormatError>(result >= 0, name, ": ", what, ": ", ffmpeg_reason(result));
}

// What versions of FFmpeg have under different names.

/// How long a frame is shown, in units of its stream; 0: unknown.
inline std::int64_t shown_for(const AVFrame& frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  return frame.duration;
#else
  return frame.pkt_duration;
#endif
}

inline bool is_interlaced(const AVFrame& frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 29, 100)
  return (frame.flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
  return frame.interlaced_frame != 0;
#endif
}

/// The nine numbers that say how the pictures of a stream are to be shown; null: as they are.
inline const std::int32_t* display_matrix(const AVStream& stream) {
  std::size_t bytes = 0;
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  const auto* found =
      av_packet_side_data_get(stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data,
                              AV_PKT_DATA_DISPLAYMATRIX);
  const auto* data = found ? found->data : nullptr;
  bytes = found ? found->size : 0;
#else
  const auto* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &bytes);
#endif
  return data && bytes >= 9 * sizeof(std::int32_t) ? reinterpret_cast<const std::int32_t*>(data)
                                                   : nullptr;
}

/// A scaler from frames of the size and format of `from` to those of `rgb`; `threads` work at each,
/// and the pixels are the same for any number. Nothing where swscale does not have it.
inline Scaler rgb_scaler(const AVFrame& from, const AVFrame& rgb, int flags, int threads) {
  Scaler scaler(sws_alloc_context());
  if (!scaler) throw std::bad_alloc();
  const auto set = [&](const char* option, int value) {
    return av_opt_set_int(scaler.get(), option, value, 0) >= 0;
  };
#if LIBSWSCALE_VERSION_INT >= AV_VERSION_INT(6, 1, 100)
  set("threads", threads);
#else
  static_cast<void>(threads);
#endif
  const bool known = set("srcw", from.width) && set("srch", from.height) &&
                     set("src_format", from.format) && set("dstw", rgb.width) &&
                     set("dsth", rgb.height) && set("dst_format", rgb.format) &&
                     set("sws_flags", flags);
  return known && sws_init_context(scaler.get(), nullptr, nullptr) >= 0 ? std::move(scaler)
                                                                        : Scaler();
}

/// Scales a frame that FFmpeg counts the references of; below 0: an error.
inline int scale_frame(SwsContext& scaler, const AVFrame& from, AVFrame& rgb) {
#if LIBSWSCALE_VERSION_INT >= AV_VERSION_INT(6, 1, 100)
  return sws_scale_frame(&scaler, &rgb, &from);
#else
  return sws_scale(&scaler, from.data, from.linesize, 0, from.height, rgb.data, rgb.linesize);
#endif
}

/// Opens a container. FFmpeg writes to standard error what it finds odd; here its errors are
/// exceptions, and the first film that a process opens turns that off for all of it.
inline FormatContext open_container(const std::string& path) {
  [[maybe_unused]] static const bool quiet = (av_log_set_level(AV_LOG_QUIET), true);
  FfmpegOptions options;
  options.set("format_whitelist", "mov,matroska,avi,gif,flv,ogg,asf,mpeg,mpegts");
  options.set("protocol_whitelist", "file");
  AVFormatContext* format = nullptr;  // freed by avformat_open_input where that fails
  const int opened = avformat_open_input(&format, ("file:" + path).c_str(), nullptr, options.get());
  FormatContext owned(format);
  require_ffmpeg(opened, path, "expected a film (mp4, webm, mkv, avi)");
  return owned;
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD::detail
