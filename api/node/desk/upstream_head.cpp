#include "api/node/desk/upstream_head.h"

#include "api/node/http/conditions.h"
#include "api/node/http/hops.h"
#include "api/node/http/ranges.h"
#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr Bytes kBlock = 16_KiB;

UpstreamRequest with_fields(Request const& request, Fields fields, std::string const& node,
                            Duration stall_timeout) {
  UpstreamRequest out;
  auto const& head = request.ask.head;
  remove_hop_fields(fields);
  for (auto const* const name : {"Host", "Content-Length", "Expect", "Max-Forwards"}) {
    fields.remove(name);
  }
  add_via(fields, node, head.minor);
  out.url = request.key;
  out.method = head.method;
  out.stall_timeout = stall_timeout;
  for (auto const field : fields) {
    out.headers.push_back({std::string(field.name), std::string(field.value)});
  }
  return out;
}

}  // namespace

UpstreamRequest passed_request(Request const& request, std::string const& node,
                               Duration stall_timeout) {
  auto out = with_fields(request, request.ask.head.fields, node, stall_timeout);
  out.body = request.ask.body;
  return out;
}

UpstreamRequest content_request(Request const& request, std::string const& node,
                                Duration stall_timeout) {
  auto fields = request.ask.head.fields;
  remove_conditions(fields);
  fields.remove("Range");
  auto out = with_fields(request, std::move(fields), node, stall_timeout);
  out.method = "GET";
  return out;
}

void ask_range(UpstreamRequest& request, ByteRange range, std::string const& if_range) {
  request.headers.push_back(
      {"Range", "bytes=" + std::to_string(range.begin) + "-" + std::to_string(range.end - 1)});
  if (!if_range.empty()) request.headers.push_back({"If-Range", if_range});
}

void forget_fellow(ResponseHead& head) {
  std::vector<std::string> others;
  for (auto const field : head.fields) {
    bool const link = same_word(field.name, "Link");
    bool const own = field.value.find("</.well-known/freshet/") != std::string_view::npos;
    if (link && !own) others.emplace_back(field.value);
  }
  head.fields.remove("Link");
  for (auto const& link : others) head.fields.add("Link", link);
  head.fields.remove("Cache-Status");
}

ByteRange first_range(Fields const& request, Bytes size) {
  auto const value = request.only("Range");
  auto const specs = value ? parse_ranges(*value) : std::nullopt;
  Bytes const wanted = specs && !specs->empty() ? specs->front().first.value_or(0) : 0;
  // What no content has begins at the front: the answer says how long it is.
  auto const begin = wanted > (1_TiB << 10) ? 0 : wanted / kBlock * kBlock;
  return {begin, begin + size};
}

}  // namespace freshet::node
