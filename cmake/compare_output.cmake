# cmake -D PROGRAM=... -D EXPECTED=... [-D LAUNCHER=...] -P compare_output.cmake
# Runs PROGRAM, by LAUNCHER where that is given, and fails unless it exits with 0 and prints exactly what the file EXPECTED holds.
execute_process(COMMAND ${LAUNCHER} ${PROGRAM} OUTPUT_VARIABLE printed RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${code} after printing:\n${printed}")
endif()
file(READ ${EXPECTED} expected)
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "${PROGRAM} does not print what ${EXPECTED} holds.\n"
                      "---- expected\n${expected}---- printed\n${printed}----")
endif()
