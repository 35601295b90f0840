# adafuse_version: as include/adafuse/version.hpp has it.
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/../include/adafuse/version.hpp adafuse_version
     REGEX "^#define ADAFUSE_VERSION \"")
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" adafuse_version "${adafuse_version}")

# adafuse_find_commit(RESULT): the commit of the checkout that is configured, else empty: a tree without
# a repository of its own may lie in somebody else's. A new commit configures anew.
function(adafuse_find_commit result)
  set(${result} "" PARENT_SCOPE)
  find_package(Git QUIET)
  if(NOT GIT_FOUND)
    return()
  endif()
  set(git ${GIT_EXECUTABLE} -C ${PROJECT_SOURCE_DIR} rev-parse)
  execute_process(COMMAND ${git} --show-toplevel OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE
                  ERROR_QUIET)
  file(REAL_PATH "${PROJECT_SOURCE_DIR}" source)
  if(NOT top STREQUAL source)
    return()
  endif()
  execute_process(COMMAND ${git} --short=12 HEAD OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE
                  ERROR_QUIET)
  set(${result} "${commit}" PARENT_SCOPE)
  execute_process(COMMAND ${git} --path-format=absolute --git-path logs/HEAD OUTPUT_VARIABLE log
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(EXISTS "${log}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${log}")
  endif()
endfunction()
