// The time axis: folding, unfolding, and looking at another frame of the same clip.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/video/time_axis.hpp>

namespace time_axis_test {

using namespace adafuse;

TEST_CASE("fold_time and unfold_time are each other's inverse") {
  const auto clip = Tensor<double>::randn({2, 3, 4, 5}, Key(1));
  const auto frames = fold_time(clip);
  CHECK(frames.shape() == Shape{6, 4, 5});
  const auto back = unfold_time(frames, 3);
  CHECK(back.shape() == clip.shape());
  CHECK(std::equal(clip.begin(), clip.end(), back.value().begin()));
  CHECK(fold_time(Tensor<double>({2, 3})).shape() == Shape{6});
}

TEST_CASE("fold_time: frame t of clip n is row n T + t") {
  const auto clip = Tensor<double>::randn({2, 3, 4}, Key(2));
  const auto frames = fold_time(clip).value();
  for (Index n = 0; n < 2; ++n)
    for (Index t = 0; t < 3; ++t)
      for (Index i = 0; i < 4; ++i) CHECK(frames(n * 3 + t, i) == clip(n, t, i));
}

TEST_CASE("shift_time: the frame that is `offset` away in the same clip, or zero") {
  const Index clips = 3, frames = 4;
  const auto x = Tensor<double>::randn({clips * frames, 2}, Key(3));
  for (Index offset = -5; offset <= 5; ++offset) {
    CAPTURE(offset);
    const auto y = shift_time(x, frames, offset).value();
    for (Index n = 0; n < clips; ++n)
      for (Index t = 0; t < frames; ++t)
        for (Index i = 0; i < 2; ++i) {
          const bool exists = 0 <= t + offset && t + offset < frames;
          CHECK(y(n * frames + t, i) == (exists ? x(n * frames + t + offset, i) : 0));
        }
  }
}

TEST_CASE("shift_time: a change in one clip never reaches another") {
  const auto x = Tensor<double>::randn({6, 2}, Key(4)), changed = x.clone();
  auto clip = changed.narrow(3, 6);
  clip.fill(std::numeric_limits<double>::quiet_NaN());
  for (const Index offset : {-1, 1, 3}) {
    const auto y = shift_time(x, 3, offset).value(), z = shift_time(changed, 3, offset).value();
    CHECK(std::equal(y.begin(), y.begin() + 6, z.begin()));
  }
}

TEST_CASE("time: rows that do not fold into clips are an error") {
  const Tensor<float> x({7, 2});
  CHECK_THROWS_WITH_AS(unfold_time(x, 3), "unfold_time: [7,2] does not fold into clips of 3 frames",
                       ShapeError);
  CHECK_THROWS_AS(shift_time(x, 2, 1), ShapeError);
  CHECK_THROWS_AS(shift_time(x, 0, 1), ValueError);
  CHECK_THROWS_AS(unfold_time(x, -7), ValueError);
  CHECK_THROWS_AS(fold_time(Tensor<float>({7})), ShapeError);
}

}  // namespace time_axis_test
