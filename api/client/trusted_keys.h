// Whose signatures the administrator and the application trust: read from options and key files.
//
// Any thread; may wait for the disk. The file's form is in docs/manifests.md, "Signatures".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/content/trust.h"

namespace freshet {

// One key a line: its base64 and, optionally, a name for people. Comments begin with "#" or are
// minisign's own, so a public key file of minisign is one too. signature_invalid names the line.
[[nodiscard]] Result<void> add_key_lines(std::string_view text, std::string const& where,
                                         TrustedKeys& keys);

// Each entry is a key in base64 or the absolute path of a file of keys. The file `trusted_keys` of
// the data directory is read too, if there is one.
[[nodiscard]] Result<TrustedKeys> read_trusted_keys(std::vector<std::string> const& entries,
                                                    std::string const& data_dir);

// A key in base64, or that of a public key file: in base64.
[[nodiscard]] Result<std::string> read_public_key(std::string const& text_or_path);

}  // namespace freshet
