// freshet bench [SCENARIO...|quick|list|compare A B]
//
// The lab is a Python program of its own (bench/lab): this finds it, says which program it
// measures, and becomes it.
#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"

namespace freshet::cli {

namespace {

namespace fs = std::filesystem;

constexpr char kPython[] = "/usr/bin/python3";  // Debian's, which sees Debian's modules.
constexpr int kParentsMax = 6;                  // From a program in a build tree to the tree.

// Empty where there is no lab.
fs::path lab_of(fs::path const& program) {
  std::error_code error;
  auto const installed = program.parent_path().parent_path() / "share/freshet/bench/run";
  if (fs::exists(installed, error)) return installed;
  auto parent = program.parent_path();
  for (int i = 0; i < kParentsMax && parent.has_relative_path(); ++i) {
    if (fs::exists(parent / "bench/lab/cli.py", error)) return parent / "bench/run";
    parent = parent.parent_path();
  }
  return {};
}

Error broken(std::string where, std::string const& why, std::string const& advice) {
  return fail(Errc::not_found, std::move(where), why + ": " + advice).value();
}

// Returns only when it failed.
int become(fs::path const& run, fs::path const& program, std::vector<std::string> words) {
  static_cast<void>(setenv("FRESHET", program.c_str(), 0));
  words.insert(words.begin(), run.string());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(run.c_str(), pointers.data());
  return errno;
}

int bench(Settings const& settings, std::vector<std::string> const& words) {
  Console console(settings.console);
  std::error_code error;
  auto const program = fs::read_symlink("/proc/self/exe", error);
  auto const run = lab_of(program);
  if (run.empty()) {
    return console.error(broken(program.string(), "has no lab beside it",
                                "install Freshet with its share directory"));
  }
  if (access(kPython, X_OK) != 0) {
    return console.error(broken(kPython, "is missing", "apt-get install python3"));
  }
  auto const code = become(run, program, words);
  return console.error(broken(run.string(), std::strerror(code), "is it executable?"));
}

}  // namespace

void add_bench(CLI::App& app, Settings& settings) {
  auto* const command = app.add_subcommand(
      "bench", "Measure delivery on this machine beside curl, aria2 and libtorrent");
  command->set_help_flag();  // The lab's own: it knows its scenarios.
  command->prefix_command();
  command->callback([&settings, command] {
    auto words = command->remaining();
    settings.run = [&settings, words = std::move(words)] { return bench(settings, words); };
  });
}

}  // namespace freshet::cli
