// A list of checksums as `sha256sum` writes it: which SHA-256 a file has that is fetched from a
// URL.
//
// Pure; any thread.
#pragma once

#include <istream>
#include <map>
#include <optional>
#include <string>

#include "freshet/digest.h"
#include "freshet/error.h"

namespace freshet::cli {

inline constexpr std::size_t kChecksumsMax = 200'000;

class ChecksumList {
 public:
  // Lines "HEX  NAME" (or "HEX *NAME") and "SHA256 (NAME) = HEX"; names of other algorithms, blank
  // lines and comments are passed over. invalid_argument names the line; limit_reached.
  [[nodiscard]] static Result<ChecksumList> read(std::istream& lines, std::string const& name);

  // By the longest listed name that the URL's path ends with.
  [[nodiscard]] std::optional<Digest> of(std::string const& url) const;

 private:
  std::map<std::string, Digest, std::less<>> by_name_;
};

}  // namespace freshet::cli
