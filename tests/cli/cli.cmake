# Scripts that run the command line, and others.

add_test(NAME scripts.release COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/scripts/release.sh ${PROJECT_SOURCE_DIR}
                                      ${CMAKE_CURRENT_BINARY_DIR}/release)
set_tests_properties(scripts.release PROPERTIES LABELS scripts TIMEOUT 120 SKIP_RETURN_CODE 77)

if(TARGET adafuse_command_line)
  # Lets calls of the C library fail (cli/kills.sh, cli/resume.sh). A sanitizer's own versions of them come first.
  add_library(fail_nth_call MODULE cli/fail_nth_call.cpp)
  target_link_libraries(fail_nth_call PRIVATE adafuse_warnings ${CMAKE_DL_LIBS})
  file(GLOB scripts CONFIGURE_DEPENDS cli/*.sh)
  if(sanitized)
    # And numbers of large networks and of pages, trainings of many runs and the list of options say the same without
    # one, in a tenth of the time.
    list(FILTER scripts EXCLUDE REGEX "/(demo|figures|kills|options|[a-z]+_numbers|page_numbers_fails|paper_map|paper_map_fails|resume|sweep|weights).sh$")
  endif()
  foreach(script IN LISTS scripts)
    cmake_path(GET script STEM name)
    # Each script gets the program, an empty directory of its own and the library.
    add_test(NAME cli.${name}
             COMMAND bash -c "rm -rf \"$2\" && mkdir -p \"$2\" && exec bash \"$0\" \"$@\""
                     ${script} $<TARGET_FILE:adafuse_command_line> ${CMAKE_CURRENT_BINARY_DIR}/cli/${name}
                     $<TARGET_FILE:fail_nth_call>)
    set_tests_properties(cli.${name} PROPERTIES LABELS cli TIMEOUT 600 COST 50)
    # Those that compute, once more on each path that an older machine chooses.
    if(name MATCHES "^(forward|happy_path|predict|stream)$")
      foreach(path IN LISTS older_paths)
        add_test(NAME cli.${name}_${path}
                 COMMAND bash -c "rm -rf \"$2\" && mkdir -p \"$2\" && exec bash \"$0\" \"$@\"" ${script}
                         $<TARGET_FILE:adafuse_command_line>
                         ${CMAKE_CURRENT_BINARY_DIR}/cli/${name}_${path})
        set_tests_properties(cli.${name}_${path} PROPERTIES LABELS cli TIMEOUT 600 ENVIRONMENT
                                                            ADAFUSE_VECTOR_PATH=${path})
      endforeach()
    endif()
  endforeach()
  # Several ranks, where mpirun is there.
  list(JOIN mpirun " " start_ranks)
  set(without_mpi "")
  if(NOT TARGET adafuse::mpi)
    set(without_mpi ";ADAFUSE_WITHOUT_MPI=1")
  endif()
  set_tests_properties(cli.ranks PROPERTIES SKIP_RETURN_CODE 77 ENVIRONMENT
                                            "${mpirun_environment};ADAFUSE_MPIRUN=${start_ranks}${without_mpi}")
  # A page in a browser, where there is one.
  add_test(NAME browser.report
           COMMAND bash -c "rm -rf \"$2\" && mkdir -p \"$2\" && exec bash \"$0\" \"$@\""
                   ${CMAKE_CURRENT_SOURCE_DIR}/browser/report.sh $<TARGET_FILE:adafuse_command_line>
                   ${CMAKE_CURRENT_BINARY_DIR}/browser/report)
  set_tests_properties(browser.report PROPERTIES LABELS browser TIMEOUT 600 SKIP_RETURN_CODE 77)
  # One program, on machines that are older than the one which built it.
  if(ADAFUSE_QEMU AND ADAFUSE_BUILD_COMPILED AND "avx2" IN_LIST ADAFUSE_VECTOR_PATHS)
    add_test(NAME linkage.older_machines
             COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/linkage/older_machines.sh ${ADAFUSE_QEMU}
                     $<TARGET_FILE:adafuse_command_line> $<TARGET_FILE:test_models>
                     ${CMAKE_CURRENT_BINARY_DIR}/older_machines)
    set_tests_properties(linkage.older_machines PROPERTIES LABELS linkage TIMEOUT 900)
  endif()
endif()
