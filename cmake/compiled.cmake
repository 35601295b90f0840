# adafuse::compiled: a static library of the same headers, which holds the kernels once for each vector
# path and, compiled for the oldest machine, what else is long to compile (docs/decisions/0033).

# The paths, the widest last: those that the target's processor may have and this compiler can make.
# `oldest_path` is the one that every processor of the kind runs. Elsewhere `plain` is what the compiler makes of
# vectors of four floats.
set(oldest_path plain)
set(paths plain)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
  set(oldest_path neon)
  set(paths neon)
  set(flags_neon -march=armv8-a)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(paths plain avx2 avx512)
  set(flags_plain -march=x86-64)
  set(flags_avx2 -march=haswell)
  set(flags_avx512 -march=skylake-avx512)
endif()
set(ADAFUSE_VECTOR_PATHS "${paths}" CACHE STRING "The vector paths that adafuse::compiled holds, the widest last")
set(ADAFUSE_COMPILED_FLAGS "-O3;-DNDEBUG" CACHE STRING
    "How adafuse::compiled is optimised, whatever the build type: whoever links it need not be")
mark_as_advanced(ADAFUSE_VECTOR_PATHS ADAFUSE_COMPILED_FLAGS)
foreach(tool READELF OBJCOPY)
  if(NOT CMAKE_${tool})
    message(FATAL_ERROR "adafuse: ADAFUSE_BUILD_COMPILED needs ${tool} (Debian package: binutils)")
  endif()
endforeach()

# adafuse_own_names(RESULT TARGET PREFIX ONLY): the one object of TARGET, whose weak functions get names of their
# own; with ONLY, those that it matches. RESULT is set to the file.
function(adafuse_own_names result target prefix only)
  set(object ${PROJECT_BINARY_DIR}/${target}${CMAKE_CXX_OUTPUT_EXTENSION})
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${CMAKE_COMMAND} -D OBJECT=$<TARGET_OBJECTS:${target}> -D RESULT=${object} -D PREFIX=${prefix}
            -D ONLY=${only} -D READELF=${CMAKE_READELF} -D OBJCOPY=${CMAKE_OBJCOPY}
            -P ${PROJECT_SOURCE_DIR}/cmake/own_names.cmake
    DEPENDS ${target} $<TARGET_OBJECTS:${target}> ${PROJECT_SOURCE_DIR}/cmake/own_names.cmake
    VERBATIM)
  set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  set(${result} ${object} PARENT_SCOPE)
endfunction()

# Of link-time optimisation nothing would be left to rename. Nobody waits for a floating-point trap here: without
# traps a choice between two numbers becomes vectors. No value changes.
set(common ${ADAFUSE_COMPILED_FLAGS} -fno-lto -fno-trapping-math)
set(path_list "")
set(path_objects "")
foreach(path IN LISTS ADAFUSE_VECTOR_PATHS)
  add_library(adafuse_path_${path} OBJECT ${PROJECT_SOURCE_DIR}/src/vector_path.cpp)
  target_link_libraries(adafuse_path_${path} PRIVATE adafuse)
  target_compile_definitions(adafuse_path_${path} PRIVATE ADAFUSE_VECTOR_PATH=${path}_path)
  # A unique symbol may be there once; weak ones are made one by the linker.
  target_compile_options(adafuse_path_${path} PRIVATE ${common} ${flags_${path}}
                                                      $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  set_target_properties(adafuse_path_${path} PROPERTIES POSITION_INDEPENDENT_CODE ON UNITY_BUILD OFF)
  string(APPEND path_list "ADAFUSE_PATH(${path})")
  if(path STREQUAL oldest_path)  # Every machine runs its functions, whoever else has them.
    list(APPEND path_objects $<TARGET_OBJECTS:adafuse_path_${oldest_path}>)
    continue()
  endif()
  adafuse_own_names(object adafuse_path_${path} adafuse_${path} "")
  list(APPEND path_objects ${object})
endforeach()

file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.cpp)
list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/src/vector_path.cpp ${PROJECT_SOURCE_DIR}/src/linear_algebra.cpp)
# A program's own Eigen may be compiled for wider vectors, whose matrices lie otherwise in memory: functions of
# Eigen with the same names are neither given to it nor taken from it.
add_library(adafuse_linear_algebra OBJECT ${PROJECT_SOURCE_DIR}/src/linear_algebra.cpp)
target_link_libraries(adafuse_linear_algebra PRIVATE adafuse)
set_target_properties(adafuse_linear_algebra PROPERTIES POSITION_INDEPENDENT_CODE ON UNITY_BUILD OFF)
adafuse_own_names(linear_algebra adafuse_linear_algebra adafuse_linear_algebra 5Eigen)
add_library(adafuse_compiled STATIC ${sources} ${linear_algebra} ${path_objects})
add_library(adafuse::compiled ALIAS adafuse_compiled)
set_target_properties(adafuse_compiled PROPERTIES EXPORT_NAME compiled POSITION_INDEPENDENT_CODE ON
                                                  UNITY_BUILD OFF)
target_link_libraries(adafuse_compiled PUBLIC adafuse)
# Which compiler made it: core/machine.hpp.
set(made_by 1)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  set(made_by 2)
endif()
target_compile_definitions(adafuse_compiled PUBLIC ADAFUSE_COMPILED=${made_by}
                                            PRIVATE "ADAFUSE_VECTOR_PATHS=${path_list}")
target_compile_definitions(adafuse_linear_algebra PRIVATE ADAFUSE_COMPILED=${made_by})
foreach(target adafuse_compiled adafuse_linear_algebra)
  target_compile_options(${target} PRIVATE ${common} ${flags_${oldest_path}})
endforeach()
