# What nearly every file includes, compiled once: it takes a second off each. clang does without, so
# that no file can forget an include.
option(FRESHET_PRECOMPILE "Compile common headers once" ON)

# Position independent code for programs is the libraries': both read the same compiled headers.
set(CMAKE_CXX_COMPILE_OPTIONS_PIE ${CMAKE_CXX_COMPILE_OPTIONS_PIC})

set(FRESHET_COMMON_HEADERS
  <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <functional> <map> <memory>
  <mutex> <optional> <random> <ranges> <set> <span> <string> <string_view> <thread> <tuple>
  <unordered_map> <utility> <variant> <vector> <tl/expected.hpp>)

function(freshet_precompiled name)
  set(source ${CMAKE_BINARY_DIR}/${name}.cpp)  # A library has one.
  file(CONFIGURE OUTPUT ${source} CONTENT "")
  add_library(${name} OBJECT ${source})
  target_link_libraries(${name} PRIVATE freshet_flags tl::expected)
  target_precompile_headers(${name} PRIVATE ${ARGN})
endfunction()

# All targets of `directory` and below it read the headers that `owner` has compiled, but for those
# that read others already.
function(freshet_use_precompiled directory owner)
  get_property(targets DIRECTORY ${directory} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    get_target_property(reads ${target} PRECOMPILE_HEADERS_REUSE_FROM)
    if(type MATCHES "STATIC|OBJECT|EXECUTABLE|SHARED" AND NOT target STREQUAL owner AND NOT reads)
      target_precompile_headers(${target} REUSE_FROM ${owner})
    endif()
  endforeach()
  get_property(below DIRECTORY ${directory} PROPERTY SUBDIRECTORIES)
  foreach(each IN LISTS below)
    freshet_use_precompiled(${each} ${owner})
  endforeach()
endfunction()

# Last, when all targets are known.
function(freshet_precompile_all)
  if(NOT FRESHET_PRECOMPILE OR CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    return()
  endif()
  # GCC 12 sees overruns in std::string that are none once its header comes precompiled.
  target_compile_options(freshet_flags INTERFACE
    -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
  find_package(CLI11 REQUIRED)
  find_package(fmt REQUIRED)
  find_package(nlohmann_json REQUIRED)
  freshet_precompiled(freshet_common_headers ${FRESHET_COMMON_HEADERS})
  freshet_precompiled(freshet_cli_headers
    ${FRESHET_COMMON_HEADERS} <CLI/CLI.hpp> <fmt/format.h> <nlohmann/json.hpp>)
  target_link_libraries(freshet_cli_headers
    PRIVATE CLI11::CLI11 fmt::fmt nlohmann_json::nlohmann_json)
  freshet_use_precompiled(${CMAKE_SOURCE_DIR}/api/cli freshet_cli_headers)
  foreach(part engine store peer api)
    freshet_use_precompiled(${CMAKE_SOURCE_DIR}/${part} freshet_common_headers)
  endforeach()
  if(BUILD_TESTING)
    find_package(Catch2 2.13 REQUIRED)
    freshet_precompiled(freshet_test_headers ${FRESHET_COMMON_HEADERS} <catch2/catch.hpp>)
    target_link_libraries(freshet_test_headers PRIVATE Catch2::Catch2)
    freshet_use_precompiled(${CMAKE_SOURCE_DIR}/tests freshet_test_headers)
    freshet_use_precompiled(${CMAKE_SOURCE_DIR}/bench freshet_common_headers)
  endif()
endfunction()
