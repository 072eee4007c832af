# Writes files as C++ text: cmake -DFOLDER=... -DASSETS=a|b -DOUTPUT=... -P embed.cmake
#
# Each becomes one literal, ended by a word that stands in none of them.
string(REPLACE "|" ";" assets "${ASSETS}")
set(text [=[
#include "api/page/page.h"

#include <array>

namespace freshet::page {

namespace {

constexpr std::array kAssets{
]=])
set(types_html "text/html; charset=utf-8")
set(types_css "text/css; charset=utf-8")
set(types_js "text/javascript; charset=utf-8")
set(types_svg "image/svg+xml")
foreach(asset IN LISTS assets)
  file(READ "${FOLDER}/${asset}" bytes)
  file(SHA256 "${FOLDER}/${asset}" digest)
  string(SUBSTRING "${digest}" 0 32 tag)
  string(REGEX REPLACE ".*\\." "" kind "${asset}")
  set(path "/page/${asset}")
  if(asset STREQUAL "index.html")
    set(path "/")
  endif()
  string(APPEND text "    Asset{\"${path}\", \"${types_${kind}}\", \"\\\"${tag}\\\"\",\n"
                     "          R\"_asset_(${bytes})_asset_\"},\n")
endforeach()
string(APPEND text [=[
};

}  // namespace

std::span<Asset const> assets() {
  return kAssets;
}

}  // namespace freshet::page
]=])
file(WRITE "${OUTPUT}" "${text}")
