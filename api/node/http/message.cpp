#include "api/node/http/message.h"

#include <algorithm>
#include <array>
#include <utility>

namespace freshet::node {

namespace {

constexpr std::pair<unsigned, std::string_view> kReasons[]{
    {100, "Continue"},
    {103, "Early Hints"},
    {200, "OK"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
};

}  // namespace

std::string_view reason_of(unsigned status) {
  auto const* const found =
      std::ranges::find(kReasons, status, [](auto const& entry) { return entry.first; });
  return found == std::end(kReasons) ? "" : found->second;
}

std::string to_text(RequestHead const& head) {
  std::string out = head.method;
  out.append(" ").append(head.target).append(" HTTP/1.").append(std::to_string(head.minor));
  out.append("\r\n");
  head.fields.append_to(out);
  return out.append("\r\n");
}

std::string to_text(ResponseHead const& head) {
  std::string out = "HTTP/1." + std::to_string(head.minor) + " " + std::to_string(head.status);
  out.append(" ").append(head.reason.empty() ? reason_of(head.status) : head.reason);
  out.append("\r\n");
  head.fields.append_to(out);
  return out.append("\r\n");
}

}  // namespace freshet::node
