// One stream of pictures of a container, decoded in the order in which it is shown.
//
// Times are seconds from the stream's start. What cannot be decoded, or only with pixels made up,
// is a FormatError with the file's name.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/ffmpeg.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/io/film_end.hpp>
#include <adafuse/io/film_options.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace adafuse::io::inline ADAFUSE_SIMD::detail {

class FilmDecoder {
 public:
  /// Throws IoError for what is no file, FormatError for what is no film or is truncated.
  FilmDecoder(const std::filesystem::path& path, const FilmOptions& options)
      : name_(path.string()), options_(options) {
    require_regular_file(path);
    const std::string fault = film_fault(path);
    require<FormatError>(fault.empty(), name_, ": ", fault);
    open();
    find_extent();
    require<FormatError>(info_.seconds * info_.rate < 1e9, name_, ": announces ",
                         info_.seconds * info_.rate, " frames");
  }

  const std::string& name() const { return name_; }
  const FilmInfo& info() const { return info_; }
  const AVStream& stream() const { return *format_->streams[stream_]; }

  /// Whether there is a next frame, which `frame` becomes.
  bool next(AVFrame& frame) {
    for (;;) {
      const int got = avcodec_receive_frame(codec_.get(), &frame);
      if (got == AVERROR_EOF) return false;
      if (got == 0) {
        keep_time(frame);
        require<FormatError>(
            frame.decode_error_flags == 0 && (frame.flags & AV_FRAME_FLAG_CORRUPT) == 0, name_,
            ": the frame at ", time_, " s is damaged");
        return true;
      }
      if (got != AVERROR(EAGAIN)) require_ffmpeg(got, name_, "cannot decode");
      const bool more = read_packet();
      const int sent = avcodec_send_packet(codec_.get(), more ? packet_.get() : nullptr);
      if (more) av_packet_unref(packet_.get());
      require_ffmpeg(sent, name_, "cannot decode");
    }
  }
  /// When the frame that `next` gave is shown.
  double time() const { return time_; }
  /// For how long a frame is shown; 0: unknown.
  double seconds_of(const AVFrame& frame) const {
    return av_q2d(stream().time_base) * static_cast<double>(shown_for(frame));
  }

  /// When the last keyframe is shown, or later read, that is at `seconds` or before and from which
  /// decoding may begin; below 0 when none is known.
  double keyframe_before(double seconds) const {
    const int entry = keyframe_entry(seconds);
    if (entry < 0) return -1;
    return seconds_of(avformat_index_get_entry(format_->streams[stream_], entry)->timestamp);
  }
  /// How far the container was read, in seconds: a keyframe behind that saves decoding.
  double read_to() const { return read_to_; }

  /// Goes on from the keyframe that `keyframe_before` tells of. False where that fails; then only
  /// `rewind` makes sense.
  bool seek(double seconds) {
    const int entry = keyframe_entry(seconds);
    if (entry < 0) return false;
    const auto timestamp = avformat_index_get_entry(format_->streams[stream_], entry)->timestamp;
    if (av_seek_frame(format_.get(), stream_, timestamp, AVSEEK_FLAG_BACKWARD) < 0) return false;
    avcodec_flush_buffers(codec_.get());
    read_to_ = time_ = -1;
    return true;
  }
  /// Begins again.
  void rewind() { open(); }

 private:
  void open() {
    codec_.reset();
    format_ = open_container(name_);
    const AVCodec* decoder = nullptr;
    find_stream(&decoder);
    codec_ = allocated(avcodec_alloc_context3(decoder));
    require_ffmpeg(avcodec_parameters_to_context(codec_.get(), stream().codecpar), name_,
                   "cannot decode");
    codec_->pkt_timebase = stream().time_base;
    codec_->thread_count = options_.threads;
    codec_->max_pixels = options_.pictures.most_pixels;
    require_ffmpeg(avcodec_open2(codec_.get(), decoder, nullptr), name_, "cannot decode");
    read_to_ = time_ = -1;
    first_ = stream().start_time != AV_NOPTS_VALUE ? stream().start_time : 0;
    // Matroska reads its index when it seeks first.
    if (by_index()) av_seek_frame(format_.get(), stream_, first_, AVSEEK_FLAG_BACKWARD);
  }

  /// The best stream of pictures; every other one is passed over.
  void find_stream(const AVCodec** decoder) {
    std::vector<FfmpegOptions> options(format_->nb_streams);
    std::vector<AVDictionary*> pointers;
    for (auto& each : options) {
      each.set("max_pixels", options_.pictures.most_pixels);
      pointers.push_back(std::exchange(*each.get(), nullptr));
    }
    const int found = avformat_find_stream_info(format_.get(), pointers.data());
    for (auto* each : pointers) av_dict_free(&each);
    require_ffmpeg(found, name_, "cannot read");
    stream_ = av_find_best_stream(format_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, decoder, 0);
    require<FormatError>(stream_ != AVERROR_DECODER_NOT_FOUND, name_,
                         ": FFmpeg has no decoder for its pictures");
    require<FormatError>(stream_ >= 0 && !(stream().disposition & AV_DISPOSITION_ATTACHED_PIC),
                         name_, ": has no stream of pictures");
    for (unsigned i = 0; i < format_->nb_streams; ++i)
      if (static_cast<int>(i) != stream_) format_->streams[i]->discard = AVDISCARD_ALL;
    const auto& coded = *stream().codecpar;
    require<FormatError>(coded.width > 0 && coded.height > 0, name_, ": its pictures have no size");
    require_pixels(Index{coded.width} * coded.height, options_.pictures, name_);
    info_.coded_width = coded.width;
    info_.coded_height = coded.height;
    info_.codec = avcodec_get_name(coded.codec_id);
  }

  /// How long the film is, and its rate: as the container says or, where it does not, as its
  /// packets do.
  void find_extent() {
    const auto rate = stream().avg_frame_rate;
    info_.rate = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
    info_.seconds = announced_seconds();
    constexpr double highest_rate = 1000;
    if (info_.seconds > 0 && 0 < info_.rate && info_.rate <= highest_rate) return;
    Index packets = 0;
    double last = 0;
    for (; read_packet(); ++packets) {
      const auto shown = packet_->pts != AV_NOPTS_VALUE ? packet_->pts : packet_->dts;
      if (shown != AV_NOPTS_VALUE)
        last = std::max(last, seconds_of(shown) + av_q2d(stream().time_base) *
                                                      static_cast<double>(std::max<std::int64_t>(
                                                          packet_->duration, 1)));
      av_packet_unref(packet_.get());
    }
    require<FormatError>(packets > 0, name_, ": holds no frame");
    const auto count = static_cast<double>(packets);
    if (last > 0) {
      info_.seconds = last;
      info_.rate = count / last;
    } else {  // without any times
      info_.rate = 25;
      info_.seconds = count / info_.rate;
    }
    open();
  }

  double announced_seconds() const {
    if (stream().duration > 0)
      return av_q2d(stream().time_base) * static_cast<double>(stream().duration);
    if (const auto* tag = av_dict_get(stream().metadata, "DURATION", nullptr, 0)) {
      int hours = 0, minutes = 0;
      double seconds = 0;
      if (std::sscanf(tag->value, "%d:%d:%lf", &hours, &minutes, &seconds) == 3)
        return 3600.0 * hours + 60.0 * minutes + seconds;
    }
    return format_->nb_streams == 1 && format_->duration > 0
               ? static_cast<double>(format_->duration) / AV_TIME_BASE
               : 0;
  }

  /// The next packet of the stream; false at the end.
  bool read_packet() {
    for (;;) {
      const int got = av_read_frame(format_.get(), packet_.get());
      if (got == AVERROR_EOF) return false;
      require_ffmpeg(got, name_, "cannot read");
      if (packet_->stream_index == stream_) break;
      av_packet_unref(packet_.get());
    }
    const bool whole = (packet_->flags & AV_PKT_FLAG_CORRUPT) == 0;
    if (!whole) av_packet_unref(packet_.get());
    require<FormatError>(whole, name_, ": damaged, or truncated");
    const auto at = std::max(packet_->pts, packet_->dts);  // no time is the lowest number
    if (at != AV_NOPTS_VALUE) read_to_ = std::max(read_to_, seconds_of(at));
    return true;
  }

  /// Frames without a time follow each other at the film's rate. Where nothing is sought, the first
  /// frame says when the film begins: in AVI, it may be shown later than at its start.
  void keep_time(const AVFrame& frame) {
    const auto at = frame.best_effort_timestamp;
    if (!by_index() && time_ < 0 && at != AV_NOPTS_VALUE) first_ = at;
    time_ = at != AV_NOPTS_VALUE ? seconds_of(at) : time_ < 0 ? 0 : time_ + 1 / info_.rate;
  }

  double seconds_of(std::int64_t timestamp) const {
    return av_q2d(stream().time_base) *
           (static_cast<double>(timestamp) - static_cast<double>(first_));
  }

  /// Whether a time in the container's index is that of a frame. AVI's are numbers of packets,
  /// which are frames in order only where none waits for a later one.
  bool by_index() const {
    const std::string_view container = format_->iformat->name;
    return container.starts_with("mov") || container.starts_with("matroska") ||
           (container == "avi" && stream().codecpar->video_delay == 0);
  }
  int keyframe_entry(double seconds) const {
    if (!by_index()) return -1;
    // An index may state when a frame is read, as many frames before it is shown as it may wait.
    const double waits = stream().codecpar->video_delay / info_.rate;
    const double at = static_cast<double>(first_) + (seconds - waits) / av_q2d(stream().time_base);
    if (!(std::abs(at) < 0x1p62)) return -1;
    return av_index_search_timestamp(format_->streams[stream_], static_cast<std::int64_t>(at),
                                     AVSEEK_FLAG_BACKWARD);
  }

  std::string name_;
  FilmOptions options_;
  FilmInfo info_;
  FormatContext format_;
  CodecContext codec_;
  Packet packet_ = allocated(av_packet_alloc());
  int stream_ = -1;
  std::int64_t first_ = 0;  // when the film begins, in the stream's units
  double time_ = -1, read_to_ = -1;
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD::detail
