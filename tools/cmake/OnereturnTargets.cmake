# The few functions every CMakeLists.txt of the project uses, so that a target is one line and
# warnings, sanitizers and test registration are the same everywhere.

option(ONERETURN_SANITIZE "Build everything under the address and undefined-behaviour sanitizers" OFF)

# Failpoints and the fault-injecting file system: never in what is shipped.
set(ONERETURN_FAILPOINTS_DEFAULT OFF)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(ONERETURN_FAILPOINTS_DEFAULT ON)
endif()
option(ONERETURN_FAILPOINTS "Build the servers with failpoints, for tests" ${ONERETURN_FAILPOINTS_DEFAULT})
if(ONERETURN_FAILPOINTS AND CMAKE_BUILD_TYPE STREQUAL "Release")
  message(FATAL_ERROR "A release has no failpoints: leave ONERETURN_FAILPOINTS off.")
endif()

set(ONERETURN_SANITIZE_FLAGS
    -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer)

add_library(onereturn_flags INTERFACE)
target_compile_options(onereturn_flags INTERFACE
    -Wall -Wextra -Wpedantic -Werror -Wno-unused-parameter
    -ffp-contract=off  # A double is the same on every build: no fused multiply-add.
    -fstack-protector-strong
    # g++ 12 warns at -O2 about copies within std::string that cannot be (its bugs 105651 and 105329).
    $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>
    $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-Wno-stringop-overflow>)
target_compile_definitions(onereturn_flags INTERFACE _GLIBCXX_ASSERTIONS)
target_include_directories(onereturn_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(onereturn_flags INTERFACE -pthread)  # The same everywhere: precompiled headers are shared.
if(ONERETURN_SANITIZE)
  target_compile_options(onereturn_flags INTERFACE ${ONERETURN_SANITIZE_FLAGS})
  target_link_options(onereturn_flags INTERFACE ${ONERETURN_SANITIZE_FLAGS})
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Without this ccache would pass over whatever uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

# g++ collects its garbage again and again: a sixth of its time, for a fifth of the 2.1 GB it takes at most.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options("SHELL:--param ggc-min-heapsize=2000000")
endif()

# Headers that nearly every source reads, compiled once for all: a cold build spends most of its time reading
# headers. Sources include what they use all the same.
set(ONERETURN_HEADERS
    <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_join.h> <absl/strings/str_split.h>
    <absl/time/time.h> <algorithm> <functional> <map> <memory> <mutex> <optional> <set> <string> <thread>
    <variant> <vector>)
set(ONERETURN_GRPC_HEADERS
    <google/protobuf/arena.h> <google/protobuf/message.h> <google/protobuf/timestamp.pb.h> <grpcpp/grpcpp.h>
    <grpcpp/support/server_callback.h>)
file(WRITE ${CMAKE_BINARY_DIR}/headers.cc "")
foreach(variant plain grpc)
  add_library(onereturn_headers_${variant} OBJECT EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/headers.cc)
  target_link_libraries(onereturn_headers_${variant} PRIVATE onereturn_flags absl::statusor)
  target_precompile_headers(onereturn_headers_${variant} PRIVATE ${ONERETURN_HEADERS})
endforeach()
target_precompile_headers(onereturn_headers_grpc PRIVATE ${ONERETURN_GRPC_HEADERS})

# Fuzzers want to see which ways an input takes, and millions of inputs.
set(ONERETURN_TWIN_FLAGS -O0)
if(ONERETURN_FUZZ)
  set(ONERETURN_TWIN_FLAGS -fsanitize=fuzzer-no-link)
endif()

# sanitized_twins(<list> onereturn::x absl::status ...): the same with each of the project's libraries replaced by its
# twin under the sanitizers. One without a twin is an error, so that no code without instrumentation hides a fault;
# what protoc writes alone has none.
function(sanitized_twins list)
  set(links)
  foreach(link ${ARGN})
    if(NOT ONERETURN_SANITIZE AND link MATCHES "^onereturn::" AND NOT link STREQUAL "onereturn::protos")
      if(NOT TARGET ${link}_sanitized)
        message(FATAL_ERROR "${link} has no twin under the sanitizers: give its onereturn_library() SANITIZED")
      endif()
      string(APPEND link "_sanitized")
    endif()
    list(APPEND links ${link})
  endforeach()
  set(${list} ${links} PARENT_SCOPE)
endfunction()

# onereturn_library(<name> [GRPC] [SANITIZED] SOURCES a.cc b.cc LINK absl::status ...) makes onereturn_<name>, alias
# onereturn::<name>. GRPC: most of its sources use it. SANITIZED, for parsers, codecs and the evaluator: also
# onereturn::<name>_sanitized, the same sources once more under both sanitizers, for tests and corpora.
function(onereturn_library name)
  cmake_parse_arguments(ARG "GRPC;SANITIZED" "" "SOURCES;LINK" ${ARGN})
  add_library(onereturn_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(onereturn_${name} PUBLIC ${ARG_LINK} PRIVATE onereturn_flags)
  target_include_directories(onereturn_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  if(ARG_GRPC)
    target_precompile_headers(onereturn_${name} REUSE_FROM onereturn_headers_grpc)
  else()
    target_precompile_headers(onereturn_${name} REUSE_FROM onereturn_headers_plain)
  endif()
  add_library(onereturn::${name} ALIAS onereturn_${name})
  if(ARG_SANITIZED AND NOT ONERETURN_SANITIZE)
    sanitized_twins(links ${ARG_LINK})
    add_library(onereturn_${name}_sanitized STATIC EXCLUDE_FROM_ALL ${ARG_SOURCES})
    target_compile_options(onereturn_${name}_sanitized PRIVATE ${ONERETURN_TWIN_FLAGS} ${ONERETURN_SANITIZE_FLAGS})
    target_link_options(onereturn_${name}_sanitized INTERFACE ${ONERETURN_SANITIZE_FLAGS})
    target_link_libraries(onereturn_${name}_sanitized PUBLIC ${links} PRIVATE onereturn_flags)
    target_include_directories(onereturn_${name}_sanitized PUBLIC ${CMAKE_SOURCE_DIR})
    add_library(onereturn::${name}_sanitized ALIAS onereturn_${name}_sanitized)
  endif()
endfunction()

# The same for tests; once more under the sanitizers.
file(WRITE ${CMAKE_BINARY_DIR}/test_headers.cc "")
foreach(variant plain grpc sanitized)
  add_library(onereturn_test_headers_${variant} OBJECT EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/test_headers.cc)
  target_link_libraries(onereturn_test_headers_${variant} PRIVATE GTest::gmock_main onereturn_flags)
  target_compile_options(onereturn_test_headers_${variant} PRIVATE -O0)
  target_precompile_headers(onereturn_test_headers_${variant} PRIVATE
      <gmock/gmock.h> <gtest/gtest.h> <rapidcheck.h> ${ONERETURN_HEADERS})
endforeach()
target_precompile_headers(onereturn_test_headers_grpc PRIVATE ${ONERETURN_GRPC_HEADERS})
# A test is instrumented for what it shares with the code under test, its memory; both sanitizers watch that code.
set(ONERETURN_SANITIZED_TEST_FLAGS -fsanitize=address -fno-omit-frame-pointer)
target_compile_options(onereturn_test_headers_sanitized PRIVATE ${ONERETURN_SANITIZED_TEST_FLAGS})

# onereturn_test(<name> [GRPC] [SANITIZED] SOURCES a_test.cc LINK onereturn::x ... [TIMEOUT seconds]): one test binary a
# library, run by ctest as one test. SANITIZED: with the libraries' twins under the sanitizers. Tests are compiled
# without optimising: most of the time of a full build goes into them.
function(onereturn_test name)
  cmake_parse_arguments(ARG "GRPC;SANITIZED" "TIMEOUT" "SOURCES;LINK" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)  # Only what hangs: machines are slow at times.
  endif()
  set(variant plain)
  if(ARG_GRPC)
    set(variant grpc)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_compile_options(${name} PRIVATE -O0)
  if(ARG_SANITIZED AND NOT ONERETURN_SANITIZE)
    set(variant sanitized)
    sanitized_twins(ARG_LINK ${ARG_LINK})
    target_compile_options(${name} PRIVATE ${ONERETURN_SANITIZED_TEST_FLAGS})
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock_main onereturn_flags)
  target_precompile_headers(${name} REUSE_FROM onereturn_test_headers_${variant})
  add_test(NAME ${name} COMMAND ${name})
  # What fails is said first, and not among a thousand lines of what held.
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT GTEST_BRIEF=1)
endfunction()
