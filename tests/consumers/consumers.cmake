# In other people's projects: with their flags, their warnings, their macros, on their systems.

# consumers/: projects of somebody else, with flags of their own: also beside a build with a sanitizer.
# consumer(NAME SCRIPT ARGUMENTS...): a test, in a directory of its own, which comes where DIR is said.
function(consumer name script)
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/consumers/${name})
  list(TRANSFORM ARGN REPLACE "^DIR$" "${directory}")
  add_test(NAME consumers.${name} COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/consumers/${script} ${ARGN})
  set_tests_properties(consumers.${name} PROPERTIES LABELS consumers TIMEOUT 600 SKIP_RETURN_CODE 77 COST 20)
endfunction()

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CROSSCOMPILING)
  set(theirs ${CMAKE_COMMAND} ${PROJECT_SOURCE_DIR} ${CMAKE_CXX_COMPILER})
  get_target_property(eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
  list(GET eigen 0 eigen)
  set(threads OFF)
  set(other_threads OFF)
  if(ADAFUSE_OPENMP)
    set(threads ON)
  elseif(OpenMP_CXX_FOUND)
    set(other_threads ON)
  endif()

  # A section of docs/using.md each. One compile is 9 to 13 processor seconds with g++ 12, 7 to 10 with clang 14;
  # pkg_config has two, and eigen_alone two that take 33 together.
  set(section_subdirectory "1. A subdirectory")
  set(section_fetch_content "2. FetchContent")
  set(section_find_package "3. Installed")
  set(section_pkg_config "4. pkg-config")
  set(section_single_header "5. One header")
  foreach(way subdirectory fetch_content find_package pkg_config single_header)
    consumer(${way} using.sh ${section_${way}} ${theirs} ${threads} DIR)
  endforeach()
  if(ADAFUSE_BUILD_COMPILED)
    set(flags "")
    if(sanitized)  # A library with a sanitizer is for programs with the same one.
      set(flags "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}")
    endif()
    consumer(compiled using.sh "6. The compiled library" ${theirs} ${threads} DIR ${PROJECT_BINARY_DIR} "${flags}")
  endif()
  # What the page has no section for.
  foreach(way eigen_target eigen_alone cxx23 lto)
    consumer(${way} ways.sh ${way} ${theirs} ${threads} DIR ${eigen})
  endforeach()
  # And with the other threads than this build's.
  consumer(no_rtti ways.sh no_rtti ${theirs} ${other_threads} DIR ${eigen})

  # What CMake alone reads; a package that was moved; an install of this build.
  consumer(manners manners.sh ${theirs} DIR)
  consumer(moved moved.sh ${theirs} DIR)
  if(ADAFUSE_BUILD_COMPILED AND NOT sanitized)
    consumer(installed installed/installed.sh ${CMAKE_COMMAND} ${PROJECT_BINARY_DIR} ${CMAKE_CXX_COMPILER} DIR)
  endif()
endif()

# A program's own stb, in the same file; and no macro is left that is not called ADAFUSE_.
foreach(order before after)
  add_library(their_stb_${order} OBJECT consumers/stb_${order}.cpp)
  target_link_libraries(their_stb_${order} PRIVATE adafuse_program)
  target_compile_options(their_stb_${order} PRIVATE -O0)
endforeach()
add_test(NAME consumers.macros
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/consumers/macros.sh ${CMAKE_CXX_COMPILER}
                 ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR}/macros
                 "-I$<JOIN:$<TARGET_PROPERTY:adafuse_headers,INTERFACE_INCLUDE_DIRECTORIES>,;-I>"
         COMMAND_EXPAND_LISTS)
set_tests_properties(consumers.macros PROPERTIES LABELS consumers TIMEOUT 300)

# Their warnings, as errors, of headers that are not marked as a system's. With the library, kernels are not
# read; so never with it.
add_test(NAME consumers.warnings
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/consumers/warnings.sh ${CMAKE_CXX_COMPILER}
                 ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR}/warnings
                 "$<TARGET_PROPERTY:Eigen3::Eigen,INTERFACE_INCLUDE_DIRECTORIES>"
                 "$<TARGET_PROPERTY:adafuse::stb,INTERFACE_INCLUDE_DIRECTORIES>"
                 "$<TARGET_PROPERTY:nlohmann_json::nlohmann_json,INTERFACE_INCLUDE_DIRECTORIES>"
                 "$<TARGET_PROPERTY:doctest::doctest,INTERFACE_INCLUDE_DIRECTORIES>"
         COMMAND_EXPAND_LISTS)
set_tests_properties(consumers.warnings PROPERTIES LABELS consumers TIMEOUT 600)

# What other people's macros are called: none of ours is. With the library, Eigen is not read, and they may
# come before everything.
set(names_compiled -DADAFUSE_COMPILED=1)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  set(names_compiled -DADAFUSE_COMPILED=2)
endif()
set(names_headers)
foreach(way compiled headers)
  add_test(NAME consumers.names_${way}
           COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -w ${names_${way}} -I${PROJECT_SOURCE_DIR}/include
                   "-I$<JOIN:$<TARGET_PROPERTY:adafuse_headers,INTERFACE_INCLUDE_DIRECTORIES>,;-I>"
                   ${CMAKE_CURRENT_SOURCE_DIR}/consumers/names.cpp
           COMMAND_EXPAND_LISTS)
  set_tests_properties(consumers.names_${way} PROPERTIES LABELS consumers TIMEOUT 300)
endforeach()
