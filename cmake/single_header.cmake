# adafuse_single.hpp: the rooms from core to infer in one file, made when CMake runs. A header comes after
# those that it includes, whatever the condition under which it includes them.

# Appends `header` and, before it, what it includes to `text`; `done` lists what is there already.
function(_adafuse_append header)
  if(header IN_LIST done)
    return()
  endif()
  list(APPEND done ${header})
  set(path ${PROJECT_SOURCE_DIR}/include/${header})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  file(STRINGS ${path} includes REGEX "^#include <adafuse/")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "^#include <([^>]*)>.*" "\\1" include "${include}")
    _adafuse_append(${include})
  endforeach()
  file(READ ${path} content)
  string(REGEX REPLACE "#pragma once\n|#include <adafuse/[^\n]*\n|// SPDX-License-Identifier: MIT\n" "" content
                       "${content}")
  set(done "${done}" PARENT_SCOPE)
  set(text "${text}\n// ==== ${header}\n${content}" PARENT_SCOPE)
endfunction()

# Writes `file`.
function(adafuse_single_header file)
  set(done "")
  set(text "")
  foreach(room core kernels autograd ops nn optim video fusion models infer)
    _adafuse_append(adafuse/${room}/${room}.hpp)
  endforeach()
  file(CONFIGURE OUTPUT ${file} @ONLY CONTENT "// adafuse ${PROJECT_VERSION} in one file: tensors, autodiff, layers, fusion and inference, without files
// and training. Made from include/adafuse; needs Eigen 3.4 or newer.
// SPDX-License-Identifier: MIT
#pragma once
#ifdef ADAFUSE_COMPILED
#error adafuse_single.hpp compiles all itself: include <adafuse/adafuse.hpp> with adafuse::compiled
#endif
${text}")
endfunction()
