// Films: the pixels of `ffmpeg`, the same whether frames are decoded in a row or sought; broken
// ones are errors.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/film.hpp>
#include <cmath>
#include <fstream>
#include <numeric>
#include <thread>

#include "../data/made_films.hpp"
#include "../data/scratch_dir.hpp"

namespace film_test {

using namespace adafuse;
using namespace made_films;
using adafuse::data::ScratchDir;

namespace {

struct Kind {
  const char* name;
  const char* encoder;
};
// Keyframes every ten frames, and frames that wait for later ones.
constexpr Kind kinds[] = {
    {"h264.mp4", "-c:v libx264 -pix_fmt yuv420p -g 10 -bf 3"},
    {"open.mp4", "-c:v libx264 -pix_fmt yuv420p -g 10 -bf 3 -x264-params open-gop=1"},
    {"h264.mkv", "-c:v libx264 -pix_fmt yuv420p -g 10 -bf 2"},
    {"vp9.webm", "-c:v libvpx-vp9 -g 10 -deadline realtime"},
    {"mpeg4.avi", "-c:v mpeg4 -g 10 -q:v 3"},
    {"waits.avi", "-c:v mpeg4 -g 10 -q:v 3 -bf 2"},
    {"mpeg2.mpg", "-c:v mpeg2video -g 10 -bf 2 -r 25"},
    {"mjpeg.mov", "-c:v mjpeg -pix_fmt yuvj420p"},
};

std::vector<Tensor<std::uint8_t>> in_a_row(io::Film film) {
  std::vector<Tensor<std::uint8_t>> frames;
  for (auto frame = film.next(); frame.defined(); frame = film.next())
    frames.push_back(frame.clone());
  return frames;
}

/// What is thrown where a film is opened and read whole.
std::string error_of(const fs::path& path, const io::FilmOptions& options = {}) {
  try {
    in_a_row(io::Film(path, options));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("film: frames are those of ffmpeg, in a row and at any time") {
  if (!has_ffmpeg()) return;
  const ScratchDir dir("film-kinds");
  for (const Kind& kind : kinds) {
    CAPTURE(kind.name);
    const auto path = make_film(dir.path / kind.name, kind.encoder);
    const auto expected = frames_by_ffmpeg(path, 24, 32);
    const io::FilmInfo info = io::Film(path).info();
    CHECK(info.width == 32);
    CHECK(info.height == 24);
    const auto count = static_cast<double>(expected.size());
    CHECK(info.seconds == doctest::Approx(4).epsilon(0.1));
    if (std::string(kind.name) != "mpeg2.mpg")  // whose container states no length
      CHECK(info.frame_count() == std::ssize(expected));
    const auto row = in_a_row(io::Film(path));
    REQUIRE(row.size() == expected.size());
    for (std::size_t k = 0; k < row.size(); ++k) CHECK(difference(row[k], expected[k]) == 0);

    // Far apart, one after the other, back, and twice.
    io::Film film(path);
    for (const Index k : {0, 35, 36, 37, 12, 9, 10, 11, 39, 0, 20, 20, 3, 28, 29, 30}) {
      CAPTURE(k);
      CHECK(difference(film.at((static_cast<double>(k) + 0.5) * 4 / count),
                       expected[static_cast<std::size_t>(k)]) == 0);
    }
    const std::vector<double> times = {info.time(30), info.time(2), info.time(30), info.time(15)};
    const auto some = io::Film(path).at(times);
    CHECK(difference(some[0], expected[30]) == 0);
    CHECK(difference(some[1], expected[2]) == 0);
    CHECK(difference(some[2], expected[30]) == 0);
    CHECK(difference(some[3], expected[15]) == 0);
    const auto by_four = in_a_row(io::Film(path, {.threads = 4}));
    REQUIRE(by_four.size() == row.size());
    for (std::size_t k = 0; k < row.size(); ++k) CHECK(difference(by_four[k], row[k]) == 0);
  }
}

TEST_CASE("film: frames are scaled to a shorter side, and turned upright") {
  if (!has_ffmpeg()) return;
  const ScratchDir dir("film-turned");
  const auto flat = make_film(dir.path / "flat.mp4", kinds[0].encoder, "64x48", "0.5");
  io::Film small(flat, {.shorter_side = 18});
  CHECK(small.info().width == 24);
  CHECK(small.info().height == 18);
  const auto scaled =
      frames_by_ffmpeg(flat, 18, 24, "scale=24:18:flags=bilinear+accurate_rnd+full_chroma_int");
  CHECK(difference(small.next(), scaled[0]) <= 1);
  CHECK(difference(small.next(), scaled[1]) <= 1);
  for (const int angle : {90, 180, 270}) {
    CAPTURE(angle);
    const fs::path turned = dir.path / ("turned" + std::to_string(angle) + ".mp4");
    run_ffmpeg("-i " + flat.string() + " -c copy -metadata:s:v rotate=" + std::to_string(angle) +
               " " + turned.string());
    const Index height = angle == 180 ? 48 : 64, width = angle == 180 ? 64 : 48;
    const auto expected = frames_by_ffmpeg(turned, height, width);
    io::Film film(turned);
    CHECK(film.info().width == width);
    CHECK(film.info().height == height);
    const auto got = in_a_row(std::move(film));
    REQUIRE(got.size() == expected.size());
    // ffmpeg turns the picture before it converts it, so its colours are rounded otherwise.
    for (std::size_t k = 0; k < got.size(); ++k) CHECK(difference(got[k], expected[k]) <= 24);
  }
}

TEST_CASE("film: scaled frames, and fields, are the same for any number of threads") {
  if (!has_ffmpeg()) return;
  const ScratchDir dir("film-slices");
  const auto path = make_film(dir.path / "a.mp4", kinds[0].encoder, "160x120", "0.5");
  const fs::path fields = dir.path / "fields.mpg";
  run_ffmpeg(
      "-f lavfi -i testsrc=size=160x120:rate=25:duration=0.4 -vf setfield=tff -c:v mpeg2video "
      "-flags +ilme+ildct -q:v 2 " +
      fields.string());
  for (const auto& film_and_side : {std::pair{path, 50}, {path, 0}, {path, 200}, {fields, 50}}) {
    const fs::path film = film_and_side.first;
    const int side = film_and_side.second;
    CAPTURE(film);
    CAPTURE(side);
    const auto expected = in_a_row(io::Film(film, {.shorter_side = side}));
    REQUIRE(!expected.empty());
    for (const int threads : {2, 3, 8}) {
      const auto got = in_a_row(io::Film(film, {.shorter_side = side, .threads = threads}));
      REQUIRE(got.size() == expected.size());
      for (std::size_t k = 0; k < got.size(); ++k) CHECK(difference(got[k], expected[k]) == 0);
    }
  }
}

TEST_CASE("film: where the rate changes, samples are of time") {
  if (!has_ffmpeg()) return;
  const ScratchDir dir("film-rate");
  // Ten frames a second, and of those of the first two seconds every fourth only.
  for (const char* name : {"rate.mp4", "rate.mkv"}) {
    CAPTURE(name);
    const fs::path path = dir.path / name;
    run_ffmpeg(
        "-f lavfi -i testsrc=size=32x24:rate=10:duration=4 -vf \"select='gte(t,2)+not(mod(n,4))'\" "
        "-vsync vfr -c:v libx264 -pix_fmt yuv420p -g 6 -bf 2 " +
        path.string());
    const auto expected = frames_by_ffmpeg(path, 24, 32);
    REQUIRE(expected.size() == 25);
    io::Film film(path);
    CHECK(film.info().seconds == doctest::Approx(4).epsilon(0.03));
    CHECK(film.info().frame_count() >= 20);  // at the rate that the container states
    CHECK(film.info().frame_count() <= 40);
    CHECK(difference(film.at(0.39), expected[0]) == 0);
    CHECK(difference(film.at(0.41), expected[1]) == 0);
    CHECK(difference(film.at(1.95), expected[4]) == 0);
    CHECK(difference(film.at(2.05), expected[5]) == 0);
    CHECK(difference(film.at(3.95), expected[24]) == 0);
  }
}

TEST_CASE("film: of interlaced frames the upper field is taken") {
  if (!has_ffmpeg()) return;
  const ScratchDir dir("film-fields");
  const fs::path path = dir.path / "fields.mpg";
  run_ffmpeg(
      "-f lavfi -i testsrc=size=64x48:rate=50:duration=0.4 -vf tinterlace=interleave_top,"
      "setfield=tff -c:v mpeg2video -flags +ilme+ildct -q:v 2 " +
      path.string());
  const auto expected = frames_by_ffmpeg(
      path, 48, 64, "field=top,scale=64:48:flags=bilinear+accurate_rnd+full_chroma_int");
  const auto got = in_a_row(io::Film(path));
  REQUIRE(got.size() == expected.size());
  for (std::size_t k = 0; k < got.size(); ++k) CHECK(difference(got[k], expected[k]) <= 2);
}

TEST_CASE("film: of several streams the pictures are taken") {
  if (!has_ffmpeg()) return;
  const ScratchDir dir("film-streams");
  const fs::path path = dir.path / "sound.mkv";
  run_ffmpeg(
      "-f lavfi -i sine=duration=3 -f lavfi -i testsrc=size=32x24:rate=10:duration=2 -map 0 -map 1 "
      "-c:a pcm_s16le -c:v libx264 -pix_fmt yuv420p " +
      path.string());
  io::Film film(path);
  CHECK(film.info().frame_count() == 20);
  CHECK(film.info().codec == "h264");
  // Of two streams of pictures the one that is marked as the default.
  const fs::path two = dir.path / "two.mkv";
  run_ffmpeg(
      "-f lavfi -i testsrc=size=16x16:rate=10:duration=1 -f lavfi -i testsrc2=size=64x48:rate=10:"
      "duration=1 -map 0 -map 1 -disposition:v:0 0 -disposition:v:1 default -c:v libx264 "
      "-pix_fmt yuv420p " +
      two.string());
  CHECK(io::Film(two).info().width == 64);
  CHECK(in_a_row(io::Film(two)).size() == 10);
  const fs::path sound = dir.path / "sound.wav.mkv";
  run_ffmpeg("-f lavfi -i sine=duration=1 -c:a pcm_s16le " + sound.string());
  CHECK(has(error_of(sound), "has no stream of pictures"));
}

TEST_CASE("film: what is cut off or damaged is an error that names the film") {
  CHECK(has(error_of("/nowhere.mp4"), "/nowhere.mp4: cannot open"));
  CHECK(has(error_of("/dev/null"), "expected a file, got a device"));
  const ScratchDir dir("film-broken");
  std::ofstream(dir.path / "text.mp4") << "no film\n";
  CHECK(has(error_of(dir.path / "text.mp4"), "text.mp4: expected a film"));
  std::ofstream(dir.path / "list.mp4") << "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n";
  CHECK(has(error_of(dir.path / "list.mp4"), "list.mp4: expected a film"));
  if (!has_ffmpeg()) return;
  for (const Kind& kind : {kinds[0], kinds[2], kinds[4]}) {
    CAPTURE(kind.name);
    const auto path = make_film(dir.path / kind.name, kind.encoder, "32x24", "1");
    const std::string bytes = io::read_file(path);
    for (const double share : {0.1, 0.5, 0.9, 0.999}) {
      CAPTURE(share);
      const auto kept = static_cast<std::size_t>(static_cast<double>(bytes.size()) * share);
      std::ofstream(dir.path / "cut.film", std::ios::binary) << bytes.substr(0, kept);
      CHECK(has(error_of(dir.path / "cut.film"), "cut.film: truncated"));
    }
  }
  const auto path = make_film(dir.path / "early.mp4",
                              "-c:v libx264 -pix_fmt yuv420p -movflags +faststart", "32x24", "2");
  std::string bytes = io::read_file(path);
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size()) * 8 / 10, bytes.end(),
            '\x55');
  std::ofstream(dir.path / "holes.mp4", std::ios::binary) << bytes;
  CHECK(has(error_of(dir.path / "holes.mp4"), "holes.mp4: "));
}

TEST_CASE("film: a frame of more pixels than are allowed is refused") {
  if (!has_ffmpeg()) return;
  const ScratchDir dir("film-pixels");
  const auto path = make_film(dir.path / "a.mp4", kinds[0].encoder, "64x48", "0.2");
  CHECK(error_of(path, {.pictures = {.most_pixels = 64 * 48}}).empty());
  CHECK(has(error_of(path, {.pictures = {.most_pixels = 64 * 48 - 1}}), "has 3072 pixels, more"));
  CHECK(
      has(error_of(path, {.pictures = {.most_pixels = 1 << 20}, .shorter_side = 4000}), "pixels"));
  CHECK_THROWS_AS(io::Film(path, {.shorter_side = -1}), ValueError);
  CHECK_THROWS_AS(io::Film(path, {.threads = 0}), ValueError);
}

TEST_CASE("film: threads with films of their own see the same") {
  if (!has_ffmpeg()) return;
  const ScratchDir dir("film-threads");
  const auto path = make_film(dir.path / "a.mp4", kinds[0].encoder);
  const auto expected = frames_by_ffmpeg(path, 24, 32);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (Index first = 0; first < 4; ++first)
    threads.emplace_back([&, first] {
      io::Film film(path);
      for (Index k = first; k < std::ssize(expected); k += 7)
        if (difference(film.at(film.info().time(k)), expected[static_cast<std::size_t>(k)]) != 0)
          ++wrong;
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}

}  // namespace film_test
