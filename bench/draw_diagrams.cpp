// The diagrams of docs/pictures/: of decisions, and one for each room.
//
//   draw_diagrams DIR
//
// A test draws them anew and compares (tests/docs/pictures_test.cpp), so none is stale.
// SPDX-License-Identifier: MIT
#include <filesystem>
#include <iostream>

#include "diagrams/pictures.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: draw_diagrams DIR\n";
    return 2;
  }
  try {
    std::filesystem::create_directories(argv[1]);
    for (const auto& picture : adafuse::diagrams::all_pictures())
      adafuse::report::write_svg(std::filesystem::path(argv[1]) / picture.file, picture.drawing);
  } catch (const std::exception& error) {
    std::cerr << "draw_diagrams: " << error.what() << "\n";
    return 1;
  }
}
