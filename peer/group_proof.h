// How two peers prove to each other that they know the group's secret, without saying it.
//
// Pure; any thread. Each side's proof covers both keys and nonces, the info-hash and who opened the
// connection, so it is worth nothing on another connection, for another content, or sent back to
// who made it. Who relays between two members unchanged is not found out: this is no secrecy.
#pragma once

#include <string_view>

#include "freshet/content_id.h"
#include "freshet/digest.h"
#include "peer/messages.h"

namespace freshet::peer {

struct ProofContext {
  Digest info_hash;
  Hello prover;
  Hello verifier;
  bool prover_opened = false;  // The prover opened the connection.
};

[[nodiscard]] Digest group_proof(std::string_view secret, ProofContext const& context);
// In constant time. False too when both keys or both nonces are the same.
[[nodiscard]] bool proves(std::string_view secret, ProofContext const& context,
                          Digest const& proof);

// What makes the info-hash of a content the group's own: outsiders cannot compute it, and who reads
// announces learns nothing from it.
[[nodiscard]] Digest group_salt(std::string_view secret, ContentId const& content);
// The info-hash under which those meet who know this SHA-256 and, unless it is empty, the secret.
[[nodiscard]] Digest meeting_hash(std::string_view secret, Digest const& content_sha256);

}  // namespace freshet::peer
