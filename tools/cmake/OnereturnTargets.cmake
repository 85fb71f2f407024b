# The few functions every CMakeLists.txt of the project uses, so that a target is one line and
# warnings, sanitizers and test registration are the same everywhere.

option(ONERETURN_SANITIZE "Build everything under the address and undefined-behaviour sanitizers" OFF)

set(ONERETURN_SANITIZE_FLAGS
    -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer)

add_library(onereturn_flags INTERFACE)
target_compile_options(onereturn_flags INTERFACE
    -Wall -Wextra -Wpedantic -Werror -Wno-unused-parameter
    -ffp-contract=off  # A double is the same on every build: no fused multiply-add.
    -fstack-protector-strong)
target_compile_definitions(onereturn_flags INTERFACE _GLIBCXX_ASSERTIONS)
target_include_directories(onereturn_flags INTERFACE ${CMAKE_SOURCE_DIR})
if(ONERETURN_SANITIZE)
  target_compile_options(onereturn_flags INTERFACE ${ONERETURN_SANITIZE_FLAGS})
  target_link_options(onereturn_flags INTERFACE ${ONERETURN_SANITIZE_FLAGS})
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

# onereturn_library(<name> SOURCES a.cc b.cc LINK absl::status ...) makes onereturn_<name>, alias onereturn::<name>.
function(onereturn_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(onereturn_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(onereturn_${name} PUBLIC ${ARG_LINK} PRIVATE onereturn_flags)
  target_include_directories(onereturn_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  add_library(onereturn::${name} ALIAS onereturn_${name})
endfunction()

# onereturn_test(<name> SOURCES a_test.cc LINK onereturn::x [SANITIZED_SOURCES a.cc] [TIMEOUT seconds]):
# one test binary a library, run by ctest as one test. With SANITIZED_SOURCES the test and those sources
# are compiled a second time as <name>_sanitized, with both sanitizers on: for parsers, codecs and the
# evaluator. Every library they need from this project must be among those sources, so that no code
# without instrumentation hides a fault.
function(onereturn_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;SANITIZED_SOURCES;SANITIZED_LINK" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock_main onereturn_flags)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
  if(ARG_SANITIZED_SOURCES AND NOT ONERETURN_SANITIZE)
    add_executable(${name}_sanitized ${ARG_SOURCES} ${ARG_SANITIZED_SOURCES})
    target_compile_options(${name}_sanitized PRIVATE ${ONERETURN_SANITIZE_FLAGS})
    target_link_options(${name}_sanitized PRIVATE ${ONERETURN_SANITIZE_FLAGS})
    target_link_libraries(${name}_sanitized PRIVATE ${ARG_SANITIZED_LINK} GTest::gmock_main onereturn_flags)
    add_test(NAME ${name}_sanitized COMMAND ${name}_sanitized)
    set_tests_properties(${name}_sanitized PROPERTIES TIMEOUT ${ARG_TIMEOUT})
  endif()
endfunction()
