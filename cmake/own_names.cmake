# cmake -D OBJECT=... -D RESULT=... -D PREFIX=... -D ONLY=... -D READELF=... -D OBJCOPY=... -P own_names.cmake
# The object file of a vector path, of which nothing leaves but its table and what a process has once. With
# ONLY, names that do not match it stay as they are.
#
# Inline functions are weak: of those with one name the linker keeps one, and that must not be the one
# which was compiled for a newer machine. Here each gets a name of its own, so that no linker takes its
# section group for that of another file, and becomes local. Weak data stay: the thread team, the
# storage pool, the standard library's waiting threads are there once for all files. Tables of functions
# (vtables, and what has the name of a machine) go the way of functions.
execute_process(COMMAND ${READELF} --symbols --wide ${OBJECT} OUTPUT_VARIABLE symbols
                        COMMAND_ERROR_IS_FATAL ANY)
set(of_a_machine "(8baseline|4sse4|3avx|4avx2|6avx512|11avx512_vnni)")
# " 1339: 0000000000000000     1 TLS     WEAK   DEFAULT 2869 NAME"; local ones that begin a name of a
# function are signatures of groups of constructors.
string(REGEX MATCHALL "(FUNC|OBJECT|TLS|NOTYPE) +(WEAK|UNIQUE|LOCAL) +[A-Z]+ +[0-9]+ +_Z[^ \n]+" lines
             "${symbols}")
set(renamed "")
set(local "")
foreach(line IN LISTS lines)
  string(REGEX REPLACE " +" ";" fields "${line}")
  list(GET fields 0 type)
  list(GET fields 1 binding)
  list(GET fields 4 name)
  if(ONLY AND NOT name MATCHES "${ONLY}")
    continue()
  endif()
  if(binding STREQUAL "LOCAL")
    if(type STREQUAL "NOTYPE")
      string(APPEND renamed "${name} ${PREFIX}.${name}\n")
    endif()
  elseif(type STREQUAL "FUNC" OR name MATCHES "^_ZT[VTC]" OR name MATCHES "${of_a_machine}")
    string(APPEND renamed "${name} ${PREFIX}.${name}\n")
    string(APPEND local "${PREFIX}.${name}\n")
  endif()
endforeach()
file(WRITE ${RESULT}.renamed "${renamed}")
file(WRITE ${RESULT}.local "${local}")
execute_process(COMMAND ${OBJCOPY} --redefine-syms=${RESULT}.renamed ${OBJECT} ${RESULT}
                        COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${OBJCOPY} --localize-symbols=${RESULT}.local ${RESULT}
                        COMMAND_ERROR_IS_FATAL ANY)
