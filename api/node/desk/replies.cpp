#include "api/node/desk/replies.h"

#include <array>
#include <random>
#include <utility>

#include "api/node/cache/answer.h"
#include "api/node/http/dates.h"
#include "api/node/http/hops.h"
#include "api/node/http/text.h"
#include "api/node/site/documents.h"

namespace freshet::node {

namespace {

// Long and random: it appears in no content.
std::string boundary() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (int i = 0; i < 2; ++i) {
    for (auto number = random(), left = std::uint64_t{16}; left > 0; --left, number >>= 4) {
      text += kDigits[number & 15];
    }
  }
  return text;
}

bool wants_range(Request const& request) {
  return request.ask.head.fields.has("Range");
}

// What concerns this connection alone.
void set_connection(ResponseHead& head, RequestHead const& request, Reply& reply) {
  if (head.framing == Framing::chunked && request.minor > 0) {
    head.fields.set("Transfer-Encoding", "chunked");
    reply.chunked = true;
  } else if (head.framing == Framing::chunked) {
    reply.close = true;
  }
  bool const closes = reply.close || !request.keep_alive;
  if (closes) head.fields.set("Connection", "close");
  if (!closes && request.minor == 0) head.fields.set("Connection", "keep-alive");
}

// The node as the client reaches it, as the beginning of a URL: empty where the URL he asked leads
// to the node. Nothing where he is not known to reach it by any.
std::optional<std::string> site_base(Request const& request, ReplySettings const& settings) {
  bool const named = lowered(request.ask.head.target).find("cachehostorigin=") != std::string::npos;
  bool const by_own_name =
      request.route.way == Way::mapping || (request.route.way == Way::cache_host && named);
  if (by_own_name) return "";
  if (settings.host.empty()) return std::nullopt;
  auto const scheme = request.ask.secure ? "https://" : "http://";
  return scheme + settings.host + ":" + std::to_string(request.ask.port);
}

void describe_content(Fields& answer, Request const& request, ObjectRecord const& record,
                      ReplySettings const& settings) {
  bool const stored = record.complete && record.content;
  bool const coming = !record.complete && record.spool != SpoolId::none;
  if (!settings.describes || (!stored && !coming)) return;
  auto const base = site_base(request, settings);
  if (!base) return;
  if (stored) return describe(answer, *base, *record.content, request.route.expected);
  describe_coming(answer, *base, request.key);
}

}  // namespace

Reply stored_reply(Request const& request, Object const& object, WallTime now, CacheStatus status,
                   ReplySettings const& settings) {
  auto const& head = request.ask.head;
  auto const length = object.record.length ? object.record.length : object.body->length();
  auto answer =
      answer_from(head, object.record.head, length, now, wants_range(request) ? boundary() : "");
  Reply reply;
  answer.head.fields.remove("Transfer-Encoding");
  if (answer.head.status < 400) {
    describe_content(answer.head.fields, request, object.record, settings);
  }
  set_connection(answer.head, head, reply);
  add_via(answer.head.fields, settings.name, 1);
  add_cache_status(answer.head.fields, settings.name, status);
  reply.head = to_text(answer.head);
  if (answer.ranges.empty()) return reply;
  reply.body = object.body;
  reply.seat = std::make_shared<BodySeat>(object.body);
  if (!answer.multipart) {
    reply.parts.push_back({{}, answer.ranges.front()});
    return reply;
  }
  for (auto& part : answer.multipart->parts) {
    reply.parts.push_back({std::move(part.head), part.range});
  }
  reply.after = std::move(answer.multipart->tail);
  return reply;
}

Reply passed_reply(Request const& request, ResponseHead head, std::shared_ptr<Body> body,
                   CacheStatus const& status, ReplySettings const& settings) {
  Reply reply;
  auto const received_minor = head.minor;
  bool const has_length = head.framing == Framing::length;
  auto const length = head.body_bytes;
  auto const said = head.fields.first("Content-Length");
  std::string const said_text(said.value_or(""));
  remove_hop_fields(head.fields);
  head.fields.remove("Content-Length");
  head.minor = 1;
  bool const no_content = head.status == 204 || head.status == 304;
  if (!body) {
    head.framing = Framing::none;
    // What a HEAD or a 304 says of a body that is not sent.
    if (!said_text.empty() && head.status != 204) head.fields.add("Content-Length", said_text);
    if (said_text.empty() && !no_content && request.ask.head.method != "HEAD") {
      head.fields.add("Content-Length", "0");
    }
  } else if (has_length) {
    head.fields.add("Content-Length", std::to_string(length));
  } else {
    head.framing = Framing::chunked;
  }
  set_connection(head, request.ask.head, reply);
  add_via(head.fields, settings.name, received_minor);
  add_cache_status(head.fields, settings.name, status);
  reply.head = to_text(head);
  if (!body) return reply;
  reply.seat = std::make_shared<BodySeat>(body);
  reply.body = std::move(body);
  reply.parts.push_back({{}, {0, has_length ? length : kToEnd}});
  return reply;
}

std::string interim_text(ResponseHead head, ReplySettings const& settings) {
  auto const received_minor = head.minor;
  remove_hop_fields(head.fields);
  head.fields.remove("Content-Length");
  head.minor = 1;
  add_via(head.fields, settings.name, received_minor);
  return to_text(head);
}

Reply document_reply(Request const& request, OwnDocument const& document) {
  ResponseHead head;
  head.status = document.status;
  head.framing = Framing::length;
  auto const size = document.body.size();
  head.fields.add("Content-Type", document.type);
  head.fields.add("Content-Length", std::to_string(size));
  head.fields.add("Cache-Control", "no-cache");
  auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  head.fields.add("Date", to_http_date(now));
  Reply reply;
  set_connection(head, request.ask.head, reply);
  reply.head = to_text(head);
  if (request.ask.head.method == "HEAD" || size == 0) return reply;
  reply.body = Body::of_text(document.body);
  reply.parts.push_back({{}, {0, size}});
  return reply;
}

Reply own_reply(OwnReply const& own, ReplySettings const& settings) {
  ResponseHead head;
  head.status = own.status;
  head.reason = reason_of(own.status);
  auto const text = own.sentence + "\n";
  head.fields.add("Content-Type", "text/plain; charset=utf-8");
  head.fields.add("Content-Length", std::to_string(text.size()));
  head.fields.add("Cache-Control", "no-store");
  auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  head.fields.add("Date", to_http_date(now));
  if (own.close) head.fields.add("Connection", "close");
  if (!own.error.empty()) {
    ProxyStatus status;
    status.error = own.error;
    add_proxy_status(head.fields, settings.name, status);
  }
  Reply reply;
  reply.head = to_text(head);
  reply.body = Body::of_text(text);
  reply.parts.push_back({{}, {0, text.size()}});
  reply.close = own.close;
  return reply;
}

}  // namespace freshet::node
