// A program's own stb, with settings of its own, before this library's.
// SPDX-License-Identifier: MIT
#define STB_IMAGE_IMPLEMENTATION
#define STBI_NO_GIF
#include <stb/stb_image.h>
//
#include <adafuse/io/image.hpp>
//
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>

#ifndef STBI_NO_GIF
#error a setting of the program is gone
#endif

int their_stb_before();
int their_stb_before() {
  int width = 0, height = 0, channels = 0;
  return stbi_info("picture.png", &width, &height, &channels) +
         static_cast<int>(adafuse::io::decode_image("", "empty").size());
}
