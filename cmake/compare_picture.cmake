# cmake -D PROGRAM=... -D PICTURE=... -D DRAWN=... -P compare_picture.cmake
# Has PROGRAM draw the file DRAWN and fails unless it is the picture PICTURE, but for decimals: compilers
# may round the last of them in two ways.
execute_process(COMMAND ${PROGRAM} ${DRAWN} OUTPUT_QUIET RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ${DRAWN} ended with ${code}")
endif()
foreach(name PICTURE DRAWN)
  file(READ ${${name}} ${name}_text)
  string(REGEX REPLACE "([0-9])\\.[0-9]+" "\\1" ${name}_text "${${name}_text}")
endforeach()
if(NOT PICTURE_text STREQUAL DRAWN_text)
  message(FATAL_ERROR "${PICTURE} is not what ${PROGRAM} draws: ${DRAWN}")
endif()
