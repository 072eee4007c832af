#include "api/node/cache/answer.h"

#include "api/node/cache/freshness.h"
#include "api/node/http/conditions.h"

namespace freshet::node {

namespace {

// RFC 9110 §15.4.5: what a 304 carries, so that others can update what they have.
constexpr std::string_view kOfNotModified[]{"Cache-Control",
                                            "CDN-Cache-Control",
                                            "Content-Location",
                                            "Date",
                                            "ETag",
                                            "Expires",
                                            "Vary",
                                            "Last-Modified",
                                            "Link",
                                            "Repr-Digest"};

Answer whole(StoredHead const& stored, std::optional<Bytes> length) {
  Answer answer;
  answer.head.status = stored.status;
  answer.head.fields = stored.fields;
  answer.head.fields.remove("Content-Length");
  if (length) {
    answer.head.fields.add("Content-Length", std::to_string(*length));
    answer.head.framing = *length == 0 ? Framing::none : Framing::length;
    answer.head.body_bytes = *length;
    if (*length > 0) answer.ranges = {{0, *length}};
  } else {
    answer.head.framing = Framing::chunked;
    answer.ranges = {{0, kToEnd}};
  }
  return answer;
}

Answer not_modified(StoredHead const& stored) {
  Answer answer;
  answer.head.status = 304;
  for (auto const field : stored.fields) {
    Fields one;
    one.add(field.name, field.value);
    for (auto const name : kOfNotModified) {
      if (one.has(name)) answer.head.fields.add(field.name, field.value);
    }
  }
  return answer;
}

Answer unsatisfiable(StoredHead const& stored, Bytes length) {
  auto answer = not_modified(stored);
  answer.head.status = 416;
  answer.head.fields.add("Content-Range", unsatisfied_range(length));
  answer.head.fields.add("Content-Length", "0");
  return answer;
}

Answer partial(StoredHead const& stored, std::vector<ByteRange> ranges, Bytes length,
               std::string_view boundary) {
  Answer answer;
  answer.head.status = 206;
  answer.head.fields = stored.fields;
  answer.head.framing = Framing::length;
  if (ranges.size() == 1) {
    answer.head.body_bytes = ranges.front().size();
    answer.head.fields.set("Content-Range", content_range(ranges.front(), length));
  } else {
    auto const type = stored.fields.first("Content-Type").value_or("");
    answer.multipart = plan_multipart(ranges, length, type, boundary);
    answer.head.body_bytes = answer.multipart->bytes;
    answer.head.fields.set("Content-Type", answer.multipart->content_type);
  }
  answer.head.fields.set("Content-Length", std::to_string(answer.head.body_bytes));
  answer.ranges = std::move(ranges);
  return answer;
}

// Of a stored 200: conditions and ranges mean something only then (RFC 9110 §13.2.1, §14.2).
Answer of_content(RequestHead const& request, StoredHead const& stored, std::optional<Bytes> length,
                  std::string_view boundary) {
  if (judge_conditions(request.fields, stored.fields, stored.received) == Verdict::not_modified) {
    return not_modified(stored);
  }
  auto const range = request.method == "GET" ? request.fields.only("Range") : std::nullopt;
  auto const specs =
      range && range_applies(request.fields, stored.fields) ? parse_ranges(*range) : std::nullopt;
  if (!specs || !length) return whole(stored, length);
  auto ranges = satisfied(*specs, *length);
  if (ranges.empty()) return unsatisfiable(stored, *length);
  return partial(stored, std::move(ranges), *length, boundary);
}

}  // namespace

Answer answer_from(RequestHead const& request, StoredHead const& stored,
                   std::optional<Bytes> length, WallTime now, std::string_view boundary) {
  auto answer =
      stored.status == 200 ? of_content(request, stored, length, boundary) : whole(stored, length);
  answer.head.fields.set("Age", std::to_string(current_age(stored, now).count()));
  if (request.method == "HEAD") {
    answer.ranges.clear();
    answer.multipart.reset();
    answer.head.framing = Framing::none;
  }
  return answer;
}

}  // namespace freshet::node
