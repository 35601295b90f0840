// What opens pictures is included by name: the umbrella does not bring it.
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>

namespace pictures {

#ifdef MISTAKE
const auto picture = adafuse::io::read_image("picture.png");
// says: read_image
#endif

}  // namespace pictures
