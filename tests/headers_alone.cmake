# Every header compiles alone.

set(include_dir ${PROJECT_SOURCE_DIR}/include)
file(GLOB_RECURSE headers RELATIVE ${include_dir} CONFIGURE_DEPENDS ${include_dir}/*.hpp)
if(NOT TARGET adafuse::ffmpeg)
  list(FILTER headers EXCLUDE REGEX "${needs_ffmpeg}")
endif()
if(NOT TARGET adafuse::webp)
  list(FILTER headers EXCLUDE REGEX "${needs_webp}")
endif()
if(NOT TARGET adafuse::dlpack)
  list(FILTER headers EXCLUDE REGEX "/interop/")
elseif(NOT TARGET pybind11::module)
  list(FILTER headers EXCLUDE REGEX "/interop/numpy.hpp$")
endif()
# A file of several headers, each of which includes the one before it, compiles each as if it were alone:
# what comes first is what it includes anyway. Chains are made greedily, from the headers that include
# most. They are looked up when CMake runs, so always in a fresh clone.
foreach(header IN LISTS headers)
  file(STRINGS ${include_dir}/${header} includes_of_${header} REGEX "^#include <adafuse/")
  list(TRANSFORM includes_of_${header} REPLACE "^#include <(adafuse/[^>]*)>.*" "\\1")
endforeach()
# depth_of_<header>: the length of the longest chain that ends with it.
set(undecided ${headers})
while(undecided)
  set(before ${undecided})
  foreach(header IN LISTS undecided)
    set(deepest 0)
    foreach(include IN LISTS includes_of_${header})
      if(NOT include IN_LIST headers)
        continue()  # What a missing library would be needed for.
      elseif(NOT DEFINED depth_of_${include})
        set(deepest -1)
        break()
      elseif(depth_of_${include} GREATER deepest)
        set(deepest ${depth_of_${include}})
      endif()
    endforeach()
    if(NOT deepest EQUAL -1)
      math(EXPR depth_of_${header} "${deepest} + 1")
      list(REMOVE_ITEM undecided ${header})
      list(APPEND by_depth ${header})
    endif()
  endforeach()
  if(undecided STREQUAL before)
    message(FATAL_ERROR "adafuse: these headers include each other, or one that is not there: ${undecided}")
  endif()
endwhile()
list(REVERSE by_depth)
set(alone)
foreach(last IN LISTS by_depth)
  set(header ${last})
  set(chain "")
  while(header AND NOT in_a_chain_${header})
    set(in_a_chain_${header} ON)
    string(PREPEND chain "#include <${header}>\n")
    set(next "")
    foreach(include IN LISTS includes_of_${header})
      if(include IN_LIST headers AND NOT in_a_chain_${include} AND
         (NOT next OR depth_of_${include} GREATER depth_of_${next}))
        set(next ${include})
      endif()
    endforeach()
    set(header ${next})
  endwhile()
  if(chain)
    string(REPLACE .hpp .cpp source headers_alone/${last})
    file(CONFIGURE OUTPUT ${source} CONTENT "${chain}")
    list(APPEND alone ${CMAKE_CURRENT_BINARY_DIR}/${source})
  endif()
endforeach()
add_library(headers_alone OBJECT ${alone})
# A missing include is missing for every compiler: where this is off, one file holds them all.
option(ADAFUSE_HEADERS_ALONE "Compile each header in a file of its own" ON)
if(ADAFUSE_HEADERS_ALONE)
  set_target_properties(headers_alone PROPERTIES UNITY_BUILD OFF)
else()
  set_target_properties(headers_alone PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
endif()
target_link_libraries(headers_alone PRIVATE adafuse_headers $<TARGET_NAME_IF_EXISTS:adafuse::ffmpeg>
                                            $<TARGET_NAME_IF_EXISTS:adafuse::webp>
                                            $<TARGET_NAME_IF_EXISTS:adafuse::dlpack>
                                            $<TARGET_NAME_IF_EXISTS:adafuse::mpi>
                                            $<TARGET_NAME_IF_EXISTS:pybind11::pybind11>)
target_compile_options(headers_alone PRIVATE -O0 -g0)

# How long a file takes that includes everything: cmake --build ... --target umbrella_time
add_custom_target(
  umbrella_time
  COMMAND ${CMAKE_COMMAND} -E time ${CMAKE_CXX_COMPILER} -std=c++20 -O0 -c
          "-I$<JOIN:$<TARGET_PROPERTY:headers_alone,INCLUDE_DIRECTORIES>,;-I>"
          ${CMAKE_CURRENT_BINARY_DIR}/headers_alone/adafuse/adafuse.cpp -o umbrella_time.o
  COMMAND_EXPAND_LISTS VERBATIM
  COMMENT "Compiling the umbrella header at -O0")
