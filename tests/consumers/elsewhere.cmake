# Elsewhere: other systems and standard libraries, as they are compiled from here. Once is enough.
if(NOT sanitized)
  # A program for Windows: mingw-w64 makes it, Wine runs it.
  add_test(NAME consumers.windows
           COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/consumers/windows/windows.sh ${CMAKE_CXX_COMPILER}
                   ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR}/windows
                   "-I$<JOIN:$<TARGET_PROPERTY:Eigen3::Eigen,INTERFACE_INCLUDE_DIRECTORIES>,;-I>"
           COMMAND_EXPAND_LISTS)
  set_tests_properties(consumers.windows PROPERTIES LABELS consumers TIMEOUT 900 SKIP_RETURN_CODE 77)

  # A program for WebAssembly: em++ makes it, node runs it, and the plain vector path of x86-64 prints the same.
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    add_test(NAME consumers.wasm
             COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/consumers/wasm/wasm.sh ${PROJECT_SOURCE_DIR}
                     ${CMAKE_CXX_COMPILER} ${CMAKE_CURRENT_BINARY_DIR}/wasm -I${PROJECT_SOURCE_DIR}/include
                     "-I$<JOIN:$<TARGET_PROPERTY:Eigen3::Eigen,INTERFACE_INCLUDE_DIRECTORIES>,;-I>"
             COMMAND_EXPAND_LISTS)
    set_tests_properties(consumers.wasm PROPERTIES LABELS consumers TIMEOUT 1200 SKIP_RETURN_CODE 77 COST 50)
  endif()

  # All of them once more, with another standard library; but for Python's.
  set(all_headers ${headers})
  list(FILTER all_headers EXCLUDE REGEX "/interop/numpy.hpp$")
  list(TRANSFORM all_headers REPLACE "(.+)" "#include <\\1>")
  list(JOIN all_headers "\n" all_headers)
  file(CONFIGURE OUTPUT all_headers.cpp CONTENT "${all_headers}\n")
  add_test(NAME consumers.libcxx
           COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/consumers/libcxx.sh clang++
                   ${CMAKE_CURRENT_BINARY_DIR}/all_headers.cpp
                   "-I$<JOIN:$<TARGET_PROPERTY:headers_alone,INCLUDE_DIRECTORIES>,;-I>"
           COMMAND_EXPAND_LISTS)
  set_tests_properties(consumers.libcxx PROPERTIES LABELS consumers TIMEOUT 600 SKIP_RETURN_CODE 77)
endif()
