// libcurl handles with an owner, and the options every request of ours has in common.
//
// Thread: origin. The one internal header that stands for libcurl's types, all of which are `void`.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ports/origin.h"

struct curl_slist;

namespace freshet {

using EasyHandle = void;   // CURL
using MultiHandle = void;  // CURLM

struct CloseEasy {
  void operator()(EasyHandle* easy) const;
};
using Easy = std::unique_ptr<EasyHandle, CloseEasy>;

struct CloseMulti {
  void operator()(MultiHandle* multi) const;
};
using Multi = std::unique_ptr<MultiHandle, CloseMulti>;

struct CloseList {
  void operator()(curl_slist* list) const;
};
using HeaderList = std::unique_ptr<curl_slist, CloseList>;

[[nodiscard]] Easy new_easy();
// Whether one that was used can be set up anew. libcurl leaves its buffer with a handle that never
// had a connection, and then takes no size for one.
[[nodiscard]] bool can_set_up(EasyHandle* easy, Bytes receive_buffer);

struct Dialled {
  std::string address;
  int port = 0;
};
// Asked before a connection is made, and before the request goes over one, whoever it was made for.
class DialGuard {
 public:
  virtual ~DialGuard() = default;
  [[nodiscard]] virtual bool may_dial(Dialled const& to) = 0;
};

// One request, ready to be set up. Referenced strings live until the request ends.
struct Request {
  std::string const& url;  // With credentials.
  OriginSpec const& origin;
  curl_slist* headers = nullptr;
  std::string const& user_agent;
  Bytes receive_buffer = 0;
  bool http2 = true;
  bool any_auth = false;       // Not Basic alone.
  bool digest = false;         // Digest alone, whatever `any_auth` says.
  bool own_party = true;       // Credentials are meant for this host.
  char* error_text = nullptr;  // Of CURL_ERROR_SIZE.
  void* listener = nullptr;    // First argument of the callbacks.
  DialGuard* guard = nullptr;  // Null: it may connect to any address.
  std::size_t (*on_head)(char*, std::size_t, std::size_t, void*) = nullptr;
  std::size_t (*on_body)(char*, std::size_t, std::size_t, void*) = nullptr;
};

void set_up(EasyHandle* easy, Request const& request);

// "Name: value" lines; an empty value is sent as such.
[[nodiscard]] HeaderList header_list(std::vector<HttpHeader> const& headers);

// A header that an application may add: a token for a name, no line ends, and none of those that
// decide which bytes come and how they are framed.
[[nodiscard]] Result<void> check_headers(std::vector<HttpHeader> const& headers);

}  // namespace freshet
