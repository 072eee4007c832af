// What shells and manual pages are told of commands.
#include <catch2/catch.hpp>

#include "api/cli/completion.h"
#include "api/cli/manual.h"

using namespace freshet::cli;

namespace {

std::vector<CommandText> commands() {
  CommandText top{{"tool"}, "Does it's work", {{{"-h", "--help"}, "", "Help", false}}, {"run"}};
  CommandText run{
      {"tool", "run"},
      "Runs",
      {{{"-o", "--out"}, "PATH", ".Where - it \\goes", false}, {{}, "NAME", "What", true}},
      {}};
  return {top, run};
}

}  // namespace

TEST_CASE("each shell has every word of each command", "[cli]") {
  for (auto const* shell : {"bash", "zsh", "fish"}) {
    auto const script = completion_script(shell, commands());
    REQUIRE(script);
    CHECK(script->find("run") != std::string::npos);
    CHECK(script->find("help") != std::string::npos);
    CHECK(script->find("out") != std::string::npos);
    CHECK(script->find("NAME") == std::string::npos);
  }
  CHECK_FALSE(completion_script("csh", commands()));
}

TEST_CASE("quotes within a description do not end the shell's", "[cli]") {
  auto with_quote = commands();
  with_quote[1].about = "Runs it's way";

  CHECK(completion_script("fish", with_quote)->find(R"('Runs it'\''s way')") != std::string::npos);
}

TEST_CASE("a manual page has its commands and escapes what roff would take", "[cli]") {
  auto const pages = manual_pages(commands());

  REQUIRE(pages.size() == 2);
  CHECK(pages[0].file == "tool.1");
  CHECK(pages[1].file == "tool-run.1");
  auto const& text = pages[1].text;
  CHECK(text.find(R"(\fB\-o, \-\-out\fR \fIPATH\fR)") != std::string::npos);
  CHECK(text.find(R"(\&.Where \- it \egoes)") != std::string::npos);
  CHECK(text.find("[OPTION...] NAME") != std::string::npos);
}
