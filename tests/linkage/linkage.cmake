# Code for several machines in one program: linked in any order, and chosen when the program starts.

# ---- Several machines in one program ---------------------------------------------------------------

# linkage/work.cpp for three machines. Whatever the order in which they are linked, the plain file's
# numbers are its own, on a machine that has nothing else; and no function of this library or Eigen
# with newer instructions has a name that another file may have. The standard library's functions are
# not ours to name: each file for a newer machine gets its own. Without optimisation, small functions of
# Eigen are not inlined, and left as well. A sanitizer's checks are functions too, and an emulator is not
# its place.
find_program(ADAFUSE_QEMU qemu-x86_64)
mark_as_advanced(ADAFUSE_QEMU)
if(ADAFUSE_QEMU AND CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64" AND NOT sanitized)
  set(march_plain x86-64)
  set(march_avx2 haswell)
  set(march_avx512 skylake-avx512)
  foreach(machine plain avx2 avx512)
    add_library(linkage_${machine} OBJECT linkage/work.cpp)
    target_link_libraries(linkage_${machine} PRIVATE adafuse)
    target_compile_options(linkage_${machine} PRIVATE -O2 -march=${march_${machine}})
    target_compile_definitions(linkage_${machine} PRIVATE ADAFUSE_TEST_FILE=${machine}_file)
    set(object_${machine} ${CMAKE_CURRENT_BINARY_DIR}/linkage_${machine}.o)
    add_custom_command(
      OUTPUT ${object_${machine}}
      COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/linkage/own_standard_library.sh
              $<TARGET_OBJECTS:linkage_${machine}> ${object_${machine}}
      DEPENDS linkage_${machine} $<TARGET_OBJECTS:linkage_${machine}> linkage/own_standard_library.sh)
    set_source_files_properties(${object_${machine}} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  endforeach()
  set(object_plain $<TARGET_OBJECTS:linkage_plain>)
  set(objects_alone ${object_plain})
  set(objects_plain_first ${object_plain} ${object_avx2} ${object_avx512})
  set(objects_plain_last ${object_avx512} ${object_avx2} ${object_plain})
  foreach(program alone plain_first plain_last)
    add_executable(linkage_${program} linkage/two_machines.cpp ${objects_${program}})
    target_compile_options(linkage_${program} PRIVATE -march=${march_plain})
    target_link_libraries(linkage_${program} PRIVATE adafuse)
    if(NOT program STREQUAL "alone")
      target_compile_definitions(linkage_${program} PRIVATE ADAFUSE_TEST_MIXED)
      add_test(NAME linkage.${program}
               COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/linkage/runs_alike.sh ${ADAFUSE_QEMU}
                       $<TARGET_FILE:linkage_alone> $<TARGET_FILE:linkage_${program}>)
      add_test(NAME linkage.${program}_here COMMAND linkage_${program})
      set_tests_properties(linkage.${program} linkage.${program}_here PROPERTIES LABELS linkage
                                                                                TIMEOUT 300)
    endif()
  endforeach()
  add_test(NAME linkage.weak_symbols
           COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/linkage/weak_symbols.sh
                   $<TARGET_OBJECTS:linkage_avx2> $<TARGET_OBJECTS:linkage_avx512>)
  set_tests_properties(linkage.weak_symbols PROPERTIES LABELS linkage TIMEOUT 300)
endif()

# ---- The library and its vector paths --------------------------------------------------------------

# What nets compute, on the paths that the library may choose on older machines; a path that this
# machine lacks cannot be tested here. With a sanitizer the kernels' own programs are enough: they run on
# the same paths, and these would take minutes.
if(ADAFUSE_BUILD_COMPILED)
  set(older_paths)
  if(NOT sanitized)
    set(older_paths ${ADAFUSE_VECTOR_PATHS})
    list(FILTER older_paths INCLUDE REGEX "^(plain|avx2)$")
  endif()
  foreach(path IN LISTS older_paths)
    foreach(room ops nn fusion models infer)
      add_test(NAME ${room}.path_${path} COMMAND test_${room})
      set_tests_properties(${room}.path_${path} PROPERTIES LABELS ${room} TIMEOUT 600
                                                           ENVIRONMENT ADAFUSE_VECTOR_PATH=${path})
    endforeach()
  endforeach()
  set(path_objects ${ADAFUSE_VECTOR_PATHS})
  list(REMOVE_ITEM path_objects ${oldest_path})
  list(TRANSFORM path_objects REPLACE "(.+)"
                                      "${PROJECT_BINARY_DIR}/adafuse_path_\\1${CMAKE_CXX_OUTPUT_EXTENSION}")
  if(path_objects AND NOT sanitized)
    add_test(NAME linkage.vector_paths COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/linkage/vector_paths.sh
                                               ${CMAKE_READELF} ${path_objects})
    set_tests_properties(linkage.vector_paths PROPERTIES LABELS linkage)
  endif()
endif()

# A program that has an Eigen of its own, for wider vectors. It runs where it was built, if that has them.
if(TARGET adafuse_compiled AND "avx2" IN_LIST ADAFUSE_VECTOR_PATHS AND NOT sanitized)
  add_executable(linkage_own_eigen linkage/own_eigen.cpp)
  target_compile_options(linkage_own_eigen PRIVATE -O1 -mavx2 -mfma)
  target_link_libraries(linkage_own_eigen PRIVATE -Wl,--whole-archive adafuse_compiled -Wl,--no-whole-archive)
  add_test(NAME linkage.own_eigen COMMAND linkage_own_eigen)
  set_tests_properties(linkage.own_eigen PROPERTIES LABELS linkage TIMEOUT 300)
endif()

# ---- Files with MPI and without ----------------------------------------------------------------------

if(TARGET adafuse::mpi AND NOT sanitized)  # MPI's library is built without
  add_library(linkage_with_mpi OBJECT linkage/ranks.cpp)
  target_link_libraries(linkage_with_mpi PRIVATE adafuse adafuse::mpi)
  add_library(linkage_without_mpi OBJECT linkage/ranks.cpp)
  target_link_libraries(linkage_without_mpi PRIVATE adafuse)
  foreach(kind with_mpi without_mpi)
    target_compile_definitions(linkage_${kind} PRIVATE ADAFUSE_TEST_FILE=name_${kind})
    target_compile_options(linkage_${kind} PRIVATE -O0)
  endforeach()
  add_executable(linkage_two_kinds linkage/two_kinds.cpp $<TARGET_OBJECTS:linkage_with_mpi>
                                   $<TARGET_OBJECTS:linkage_without_mpi>)
  target_link_libraries(linkage_two_kinds PRIVATE adafuse adafuse::mpi)
  add_test(NAME linkage.two_kinds COMMAND linkage_two_kinds)
  set_tests_properties(linkage.two_kinds PROPERTIES LABELS linkage)
endif()
