# The only place that sets compiler flags. Every target links freshet_flags.
option(FRESHET_WERROR "Warnings are errors" OFF)
option(FRESHET_FUZZ "Instrument for libFuzzer and link the fuzzers with it (clang)" OFF)
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
  $<$<BOOL:${FRESHET_WERROR}>:-Werror>)
# Results of the compiler are kept, where ccache is there and nobody chose another way.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
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
