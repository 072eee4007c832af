// Publishing: the canonical .torrent of a file, and a signature beside it. Any thread; the call
// waits.
#pragma once

#include <string>
#include <vector>

#include "api/file_hasher.h"
#include "engine/content/minisign.h"
#include "freshet/units.h"

namespace freshet {

struct PublishSpec {
  std::string file;
  std::vector<std::string> urls;  // Where the file can be fetched: http or https, no credentials.
  std::vector<std::string> trackers;  // For peers beyond the local network; usually none.
  std::string out;                    // The .torrent to write. Empty: `file` and ".torrent".
  SecretKey const* key = nullptr;     // Outlives the call. Null: no signature is written.
  WallTime now{};                     // Goes into the signature's trusted comment.
};

struct Published {
  ContentId content;
  Digest info_hash;
  std::string magnet;
  std::string torrent;    // Path.
  std::string signature;  // Path (`torrent` and ".minisig"); empty without a key.
};

// Both files are replaced whole and durably, the signature first. Nothing is written when the file
// cannot be read, changes meanwhile, or `progress` stops the work.
[[nodiscard]] Result<Published> publish(PublishSpec const& spec, HashProgress const& progress = {});

}  // namespace freshet
