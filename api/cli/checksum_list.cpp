#include "api/cli/checksum_list.h"

#include <string_view>
#include <utility>

#include "api/cli/get_request.h"
#include "engine/base/url.h"

namespace freshet::cli {

namespace {

struct Entry {
  std::string_view name;
  std::string_view hex;
};

// As the BSDs write it: ALGORITHM (NAME) = HEX.
std::optional<Entry> tagged(std::string_view line) {
  auto const open = line.find(" (");
  auto const close = line.rfind(") = ");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2) {
    return std::nullopt;
  }
  return Entry{line.substr(open + 2, close - open - 2), line.substr(close + 4)};
}

std::optional<Entry> plain(std::string_view line) {
  constexpr std::size_t kHexDigits = 64;
  if (line.size() < kHexDigits + 3 || line[kHexDigits] != ' ') return std::nullopt;
  if (line[kHexDigits + 1] != ' ' && line[kHexDigits + 1] != '*') return std::nullopt;
  return Entry{line.substr(kHexDigits + 2), line.substr(0, kHexDigits)};
}

}  // namespace

Result<ChecksumList> ChecksumList::read(std::istream& lines, std::string const& name) {
  ChecksumList list;
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    std::string_view text = line;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty() || text.starts_with('#')) continue;
    auto const bsd = tagged(text);
    if (bsd && !text.starts_with("SHA256 (")) continue;
    auto entry = bsd ? bsd : plain(text);
    auto const digest = entry ? digest_from_hex(entry->hex) : std::nullopt;
    if (entry) {
      while (entry->name.starts_with("./")) entry->name.remove_prefix(2);
    }
    if (!digest || entry->name.empty()) {
      return fail(Errc::invalid_argument, name + " line " + std::to_string(number),
                  "is no line of sha256sum");
    }
    if (list.by_name_.size() == kChecksumsMax) {
      return fail(Errc::limit_reached, name, "has more than 200000 files");
    }
    auto const [known, is_new] = list.by_name_.try_emplace(std::string(entry->name), *digest);
    if (!is_new && known->second != *digest) {
      return fail(Errc::invalid_argument, name + " line " + std::to_string(number),
                  "gives a file a second SHA-256");
    }
  }
  return list;
}

std::optional<Digest> ChecksumList::of(std::string const& url) const {
  auto const parsed = parse_url(url);
  if (!parsed) return std::nullopt;
  auto const path = percent_decoded(parsed->path);
  std::string_view rest = path;
  while (!rest.empty()) {
    auto const slash = rest.find('/');
    auto const found = by_name_.find(rest);
    if (found != by_name_.end()) return found->second;
    if (slash == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(slash + 1);
  }
  return std::nullopt;
}

}  // namespace freshet::cli
