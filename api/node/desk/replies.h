// What the node sends: answers from what is stored, answers that pass through, and its own.
//
// Any thread.
#pragma once

#include <functional>
#include <string>

#include "api/node/desk/request.h"
#include "api/node/objects/object.h"
#include "api/node/site/site.h"

namespace freshet::node {

struct ReplySettings {
  std::string name;        // Of the node, in Via and Cache-Status.
  std::string host;        // By which clients reach it whatever host they ask for; may be empty.
  bool describes = false;  // Answers lead to the node's manifests.
};

// Out of a stored answer, whole or in parts, 304 or 416, as the request asks. Its body is there.
[[nodiscard]] Reply stored_reply(Request const& request, Object const& object, WallTime now,
                                 CacheStatus status, ReplySettings const& settings);
// An answer of the origin that is not stored. Null body: it has none.
[[nodiscard]] Reply passed_reply(Request const& request, ResponseHead head,
                                 std::shared_ptr<Body> body, CacheStatus const& status,
                                 ReplySettings const& settings);
// An answer of the origin's before the one that counts.
[[nodiscard]] std::string interim_text(ResponseHead head, ReplySettings const& settings);
// A page of the node's own, or why there is nothing else. `error`: a type of RFC 9209; empty: none.
struct OwnReply {
  unsigned status = 500;
  std::string_view error;
  std::string sentence;
  bool close = false;
};
[[nodiscard]] Reply document_reply(Request const& request, OwnDocument const& document);
[[nodiscard]] Reply own_reply(OwnReply const& own, ReplySettings const& settings);

}  // namespace freshet::node
