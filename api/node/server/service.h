// What the server hands requests to, and what it gets back to send.
//
// Plain values and one interface. `ask` runs on a worker and must not wait; the answer comes from
// any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/node/http/message.h"
#include "api/node/http/presence.h"
#include "api/node/objects/body.h"

namespace freshet::node {

struct Sent {
  Bytes bytes = 0;        // Of the body.
  bool complete = false;  // All of it, head and framing included.
};

struct Reply {
  std::string head;                // Up to its empty line; framing included.
  std::shared_ptr<Body> body;      // Null: none is sent.
  std::shared_ptr<BodySeat> seat;  // In the body, until the reply is sent or dropped.
  struct Part {
    std::string before;  // Sent first: what divides the parts of a multipart body.
    ByteRange bytes;     // Of the body; its end may be kToEnd.
  };
  std::vector<Part> parts;
  std::string after;
  bool chunked = false;  // As the body's length is not known.
  bool close = false;    // The connection ends after it.
  // As long as `Service::stamp` says this, the same request has the same answer. 0: it may not.
  std::uint64_t good_for = 0;
  std::function<void(Sent const&)> done;  // On the worker, once, whatever became of it.
};

// Takes the answer to one request, once; on any thread, also within `ask`.
using Responder = std::function<void(Reply)>;

struct Ask {
  RequestHead head;
  std::string body;
  bool secure = false;     // It came over TLS.
  std::string from;        // The client's address.
  std::uint16_t port = 0;  // Where it came in,
  std::string at;          // "address:port" of that, for a proof; otherwise empty.
  Presence presence;       // Of who may wait for the answer for long; otherwise null.
  // Sends an answer that comes before the one that counts (1xx). Any thread; null: the client knows
  // of no such thing.
  std::function<void(std::string)> interim;
};

class Service {
 public:
  virtual ~Service() = default;
  virtual void ask(Ask ask, Responder respond) = 0;
  // What answers depend on beside requests, as a number that never comes back.
  [[nodiscard]] virtual std::uint64_t stamp() const = 0;
  // An answer that was good for others too was given again.
  virtual void recalled() = 0;
  // The answer to a message that is refused; the connection ends after it.
  [[nodiscard]] virtual Reply refuse(Refusal const& refusal) = 0;
};

}  // namespace freshet::node
