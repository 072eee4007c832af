# The only place that sets compiler flags. Every target links freshet_flags.
option(FRESHET_WERROR "Warnings are errors" OFF)
option(FRESHET_FUZZ "Instrument for libFuzzer and link the fuzzers with it (clang)" OFF)
option(FRESHET_HARDENED "Errors of memory end the process, as far as compilers can see to it" OFF)
set(FRESHET_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")

add_library(freshet_flags INTERFACE)
target_include_directories(freshet_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(freshet_flags INTERFACE
  _GLIBCXX_ASSERTIONS
  # clang-tidy needs these to see Asio's coroutines.
  BOOST_ASIO_HAS_CO_AWAIT=1 BOOST_ASIO_HAS_STD_COROUTINE=1)
target_compile_options(freshet_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual
  # GCC 12 leaves designated initializers with defaults to this warning.
  -Wno-missing-field-initializers
  $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>
  # The description of the API is one literal.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-overlength-strings>
  $<$<BOOL:${FRESHET_WERROR}>:-Werror>)
# What FRESHET_HARDENED adds to the compiler's words; tests/install compiles a program with them.
set(FRESHET_HARDENING -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
  -fstack-clash-protection)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|i.86")
  list(APPEND FRESHET_HARDENING -fcf-protection=full)
endif()
if(FRESHET_HARDENED)
  target_compile_options(freshet_flags INTERFACE ${FRESHET_HARDENING})
endif()
# Programs lie at an address of their own choice, and what is resolved at the start cannot be
# written later.
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
target_link_options(freshet_flags INTERFACE LINKER:-z,relro,-z,now,-z,noexecstack)

# Results of the compiler are kept, where ccache is there and nobody chose another way.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without this it would not keep what was compiled with precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

if(FRESHET_FUZZ)
  target_compile_options(freshet_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(FRESHET_SANITIZE)
  target_compile_options(freshet_flags INTERFACE
    -fsanitize=${FRESHET_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(freshet_flags INTERFACE -fsanitize=${FRESHET_SANITIZE})
  # GCC 12 takes variants for uninitialized once they are instrumented.
  target_compile_options(freshet_flags INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  # GCC warns of fences, which the thread sanitizer does not see; ours are none of them.
  if(FRESHET_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(freshet_flags INTERFACE -Wno-tsan)
  endif()
endif()
