#include "api/cli/input_list.h"

#include <utility>

namespace freshet::cli {

namespace {

std::string_view trimmed(std::string_view text) {
  auto const begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// URLs are separated by tabs, as aria2 has it; a path may follow the only URL, after a space.
ListedFile file_of(std::string_view line) {
  ListedFile file;
  if (line.find('\t') == std::string_view::npos) {
    auto const space = line.find(' ');
    file.urls.emplace_back(line.substr(0, space));
    if (space != std::string_view::npos) file.path = trimmed(line.substr(space));
    return file;
  }
  while (!line.empty()) {
    auto const tab = line.find('\t');
    if (auto const url = trimmed(line.substr(0, tab)); !url.empty()) file.urls.emplace_back(url);
    line.remove_prefix(tab == std::string_view::npos ? line.size() : tab + 1);
  }
  return file;
}

// Why it cannot be taken; nothing when it was.
std::string take_option(ListedFile& file, std::string_view line) {
  auto const equals = line.find('=');
  if (equals == std::string_view::npos) return "is no NAME=VALUE";
  auto const name = trimmed(line.substr(0, equals));
  std::string value(trimmed(line.substr(equals + 1)));
  if (value.empty()) return "has no value";
  constexpr std::string_view kSha256 = "sha-256=";
  if (name == "checksum") {
    if (!value.starts_with(kSha256)) return "gives another checksum than sha-256";
    file.sha256 = value.substr(kSha256.size());
    return {};
  }
  for (auto const& [known, place] :
       {std::pair{"out", &ListedFile::path}, std::pair{"dir", &ListedFile::directory},
        std::pair{"sha256", &ListedFile::sha256}, std::pair{"content", &ListedFile::content},
        std::pair{"manifest", &ListedFile::manifest}}) {
    if (name != known) continue;
    file.*place = std::move(value);
    return {};
  }
  if (name != "mirror")
    return "is no option of a file: out, dir, sha256, content, manifest, mirror";
  file.urls.push_back(std::move(value));
  return {};
}

}  // namespace

Result<std::vector<ListedFile>> read_list(std::istream& lines, std::string const& name) {
  std::vector<ListedFile> files;
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    auto const text = trimmed(line);
    if (text.empty() || text.starts_with('#')) continue;
    auto const where = name + " line " + std::to_string(number);
    bool const indented = line.front() == ' ' || line.front() == '\t';
    auto const scheme = text.find("://");
    bool const is_url = scheme != std::string_view::npos && scheme < text.find('=');
    if (!indented || is_url) {
      if (files.size() == kInputFilesMax) {
        return fail(Errc::limit_reached, name, "has more than 20000 URLs");
      }
      files.push_back(file_of(text));
      continue;
    }
    if (files.empty()) return fail(Errc::invalid_argument, where, "stands before any URL");
    if (auto const wrong = take_option(files.back(), text); !wrong.empty()) {
      return fail(Errc::invalid_argument, where, wrong);
    }
  }
  return files;
}

}  // namespace freshet::cli
