// A program's own stb after this library's.
// SPDX-License-Identifier: MIT
#include <adafuse/io/image.hpp>
//
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>

int their_stb_after();
int their_stb_after() {
  int width = 0, height = 0, channels = 0;
  return stbi_info("picture.png", &width, &height, &channels);
}
