# Which tests are about code that is written in vectors: they run on each vector path.
#
# The vocabulary of vectors is core/intrinsics.hpp and whatever leads there in core/ and kernels/base/. The
# tests are those of kernels/, those that include core/simd.hpp, and those named after a header that is of the
# vocabulary or includes some of it. What calls kernels is tested with adafuse::compiled on each path.
# tests/architecture/vector_tests_test.cpp looks for them in another way.

# Of `tests`, paths as in core/simd_test.cpp; `include_dir` holds adafuse/.
function(adafuse_find_vector_tests result include_dir tests)
  file(GLOB_RECURSE headers RELATIVE ${include_dir} CONFIGURE_DEPENDS ${include_dir}/adafuse/*.hpp)
  foreach(header IN LISTS headers)
    file(STRINGS ${include_dir}/${header} includes_of_${header} REGEX "^#include <adafuse/")
    list(TRANSFORM includes_of_${header} REPLACE "^#include <(adafuse/[^>]*)>.*" "\\1")
  endforeach()

  set(vocabulary adafuse/core/intrinsics.hpp)
  set(base ${headers})
  list(FILTER base INCLUDE REGEX "^adafuse/(core|kernels/base)/")
  list(REMOVE_ITEM base adafuse/core/core.hpp)  # An umbrella leads everywhere.
  set(before "")
  while(NOT vocabulary STREQUAL before)
    set(before ${vocabulary})
    foreach(header IN LISTS base)
      foreach(include IN LISTS includes_of_${header})
        if(include IN_LIST vocabulary AND NOT header IN_LIST vocabulary)
          list(APPEND vocabulary ${header})
        endif()
      endforeach()
    endforeach()
  endwhile()

  set(names "")  # as in infer/global_pool
  foreach(header IN LISTS headers)
    set(in_vectors OFF)
    foreach(include IN LISTS header includes_of_${header})
      if(include IN_LIST vocabulary)
        set(in_vectors ON)
      endif()
    endforeach()
    if(in_vectors)
      string(REGEX REPLACE "^adafuse/([^/]*)/(.*/)?([^/]*)\\.hpp$" "\\1/\\3" name ${header})
      list(APPEND names ${name})
    endif()
  endforeach()

  set(found "")
  foreach(test IN LISTS tests)
    string(REGEX REPLACE "_test\\.cpp$" "" name ${test})
    if(name MATCHES "_paths$")  # Two widths in one program.
      continue()
    endif()
    file(STRINGS ${CMAKE_CURRENT_SOURCE_DIR}/${test} includes_simd REGEX "^#include <adafuse/core/simd\\.hpp>")
    if(test MATCHES "^kernels/" OR name IN_LIST names OR includes_simd)
      list(APPEND found ${test})
    endif()
  endforeach()
  set(${result} ${found} PARENT_SCOPE)
endfunction()
