// The programs of tests/com as anyone's: processes that fetch a file.
#include <catch2/catch.hpp>

#include "tests/support/program.h"
#include "tests/support/scripted_origin.h"
#include "tests/support/temp_folder.h"

using namespace freshet;
using namespace freshet::test;

namespace {

// With a data directory of its own, and no daemon.
Ran run_sample(std::string const& program, TempFolder const& folder, std::string const& url) {
  return run_program({"env", "XDG_DATA_HOME=" + (folder / "data"),
                      "FRESHET_SOCKET=" + (folder / "none"), program, url, folder / "file"});
}

}  // namespace

TEST_CASE("the sample programs fetch a file whole and tell of one that is not there", "[com]") {
  std::string const bytes(2'000'000, 'x');
  ScriptedOrigin origin;
  origin.serve_file("/a", bytes);
  origin.on("/gone", [](SeenRequest const&) {
    Reply reply;
    reply.status = 410;
    return reply;
  });
  for (std::string const program : {BITS_DOWNLOAD_PROGRAM, DO_DOWNLOAD_PROGRAM}) {
    INFO(program);
    TempFolder const folder;

    auto const fetched = run_sample(program, folder, origin.url("/a"));
    INFO(fetched.output);
    CHECK(fetched.status == 0);
    CHECK(read_file(folder / "file") == bytes);
    std::filesystem::remove(folder / "file");

    auto const refused = run_sample(program, folder, origin.url("/gone"));
    INFO(refused.output);
    CHECK(refused.status == 1);
    CHECK(refused.output.find("0x8019019A") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "file"));
  }
}
