// The machine: its name, its registers, its caches.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/caches.hpp>
#include <adafuse/core/simd.hpp>
#include <string>

namespace machine_test {

using namespace adafuse;

#define NAME_OF(x) #x
#define TEXT_OF(x) NAME_OF(x)

TEST_CASE("machine: its name begins with that of the vector path, which may be that of an older") {
  const std::string machine = TEXT_OF(ADAFUSE_SIMD), path = simd_path;
  if (path == "plain")
    CHECK((machine == "baseline" || machine == "sse4" || machine == "avx"));
  else
    CHECK(machine.starts_with(path));
}

TEST_CASE("machine: a type of one name and one of the machine's are told apart") {
  CHECK(std::is_same_v<Shape, ::adafuse::Shape>);
  CHECK(std::is_same_v<Floats, ::adafuse::ADAFUSE_SIMD::Floats>);
}

TEST_CASE("machine: registers and caches are such as processors have") {
  CHECK(Floats::width == simd_width);
  CHECK((simd_registers == 16 || simd_registers == 32));
#if defined(ADAFUSE_NEON)
  CHECK(std::string(simd_path) == "neon");
  CHECK(simd_registers == 32);
  CHECK(simd_width == 4);
  CHECK(simd_has_fma);
#endif
  const Caches& caches = Caches::here();
  CHECK(caches.l1 * 4 >= 16 * 1024);
  CHECK(caches.l2 > caches.l1);
  CHECK(&Caches::here() == &caches);
}

}  // namespace machine_test
