#include "engine/origin/judge.h"

#include <algorithm>

#include "engine/content/digest_fields.h"
#include "engine/origin/content_range.h"
#include "engine/origin/http_date.h"

namespace freshet {

namespace {

std::string in_words(ByteRange range) {
  return "bytes " + std::to_string(range.begin) + "-" + std::to_string(range.end - 1);
}

std::string in_words(Asked const& asked) {
  return "bytes " + std::to_string(asked.begin) + "-" +
         (asked.end ? std::to_string(*asked.end - 1) : std::string());
}

bool starts_with_word(std::string const& text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
}

bool is_encoded(AnswerHead const& answer) {
  auto const encoding = answer.get("content-encoding");
  return !encoding.empty() && !starts_with_word(encoding, "identity");
}

// Entity tags decide when both have one: servers behind one name often differ in dates.
bool changed(Validator const& before, Validator const& now) {
  if (!before.etag.empty() && !now.etag.empty()) return before.etag != now.etag;
  return !before.last_modified.empty() && !now.last_modified.empty() &&
         before.last_modified != now.last_modified;
}

// RFC 9530, or the older field. Content-Digest speaks of the whole only where the whole was sent.
std::optional<Digest> whole_digest(AnswerHead const& answer) {
  auto digest = sha256_from_digest_field(answer.get("repr-digest"));
  if (!digest) digest = sha256_from_old_digest_field(answer.get("digest"));
  if (!digest && answer.status == 200) {
    digest = sha256_from_digest_field(answer.get("content-digest"));
  }
  return digest;
}

OriginHead describe_head(AnswerHead const& answer, std::optional<Bytes> length) {
  OriginHead head;
  head.length = length;
  head.ranges = answer.status == 206 || starts_with_word(answer.get("accept-ranges"), "bytes");
  head.validator = {answer.get("etag"), answer.get("last-modified")};
  head.modified = parse_http_date(head.validator.last_modified);
  head.http_version = answer.version;
  head.repr_digest = whole_digest(answer);
  return head;
}

Result<void> check_identity(Asked const& asked, OriginHead const& head) {
  if (asked.validator && changed(*asked.validator, head.validator)) {
    return fail(Errc::content_changed, asked.where, "answered with another ETag or Last-Modified");
  }
  if (asked.length && head.length && *asked.length != *head.length) {
    return fail(Errc::length_mismatch, asked.where,
                "has " + std::to_string(*head.length) + " bytes, expected " +
                    std::to_string(*asked.length));
  }
  return {};
}

// An answer of 206 whose range is right, whatever its other fields say.
Result<ContentRange> right_range(Asked const& asked, AnswerHead const& answer) {
  if (starts_with_word(answer.get("content-type"), "multipart/byteranges")) {
    return fail(Errc::protocol_error, asked.where, "answered one range with several parts");
  }
  auto const range = parse_content_range(answer.get("content-range"));
  if (!range || !range->range) {
    return fail(Errc::protocol_error, asked.where, "answered 206 without a valid Content-Range");
  }
  bool const beyond = asked.end && range->range->end > *asked.end;
  if (range->range->begin != asked.begin || beyond) {
    return fail(Errc::range_mismatch, asked.where,
                "answered " + in_words(*range->range) + ", asked for " + in_words(asked));
  }
  auto const size = parse_content_length(answer.get("content-length"));
  if (answer.has("content-length") && size != range->range->size()) {
    return fail(Errc::range_mismatch, asked.where, "Content-Length contradicts Content-Range");
  }
  return *range;
}

Result<Accepted> judge_partial(Asked const& asked, AnswerHead const& answer) {
  auto const range = right_range(asked, answer);
  if (!range) return unexpected(range.error());
  Accepted accepted{describe_head(answer, range->length), range->range->begin, range->range->end};
  accepted.head.begin = accepted.begin;
  if (auto same = check_identity(asked, accepted.head); !same) return unexpected(same.error());
  return accepted;
}

Result<Accepted> judge_whole(Asked const& asked, AnswerHead const& answer) {
  auto const length = parse_content_length(answer.get("content-length"));
  if (answer.has("content-length") && !length) {
    return fail(Errc::protocol_error, asked.where, "the Content-Length is malformed");
  }
  bool const chunked = answer.has("transfer-encoding");
  Accepted accepted{describe_head(answer, chunked ? std::nullopt : length)};
  accepted.end = accepted.head.length ? accepted.head.length : asked.length;
  accepted.ends_at_close = !length && !chunked && answer.version.starts_with("1");
  if (auto same = check_identity(asked, accepted.head); !same) return unexpected(same.error());
  if (accepted.head.length && asked.begin > 0 && asked.begin >= *accepted.head.length) {
    return fail(Errc::invalid_range, asked.where,
                "asked for " + in_words(asked) + " of " + std::to_string(*accepted.head.length));
  }
  if (asked.end && asked.begin > asked.skip_max) {
    return fail(Errc::range_not_supported, asked.where,
                "answered with the whole, asked for " + in_words(asked));
  }
  return accepted;
}

Result<Accepted> judge_unsatisfiable(Asked const& asked, AnswerHead const& answer) {
  auto const range = parse_content_range(answer.get("content-range"));
  auto const length = range ? range->length : std::nullopt;
  if (length && asked.length && *length != *asked.length) {
    return fail(
        Errc::length_mismatch, asked.where,
        "has " + std::to_string(*length) + " bytes, expected " + std::to_string(*asked.length));
  }
  // Of an empty content no range can be had (RFC 9110 §14.1.2), yet it is all there.
  if (length == Bytes{0} && asked.begin == 0) {
    Accepted accepted{describe_head(answer, 0), 0, 0};
    accepted.head.ranges = true;
    return accepted;
  }
  return fail(length && asked.begin < *length ? Errc::range_mismatch : Errc::invalid_range,
              asked.where, "answered 416 for " + in_words(asked));
}

}  // namespace

bool is_redirect(AnswerHead const& answer) {
  auto const status = answer.status;
  bool const redirects = (status >= 301 && status <= 303) || status == 307 || status == 308;
  return redirects && answer.has("location");
}

Errc status_error(int status) {
  switch (status) {
    case 401:
      return Errc::http_unauthorized;
    case 403:
      return Errc::http_forbidden;
    case 404:
      return Errc::http_not_found;
    case 407:
      return Errc::http_proxy_auth;
    case 408:
      return Errc::timed_out;
    case 410:
      return Errc::http_gone;
    case 416:
      return Errc::invalid_range;
    case 425:
      return Errc::http_unavailable;
    case 429:
      return Errc::http_too_many_requests;
    case 503:
      return Errc::http_unavailable;
    default:
      break;
  }
  if (status >= 500) return Errc::http_server_error;
  return status >= 400 ? Errc::http_client_error : Errc::protocol_error;
}

Result<Accepted> judge(Asked const& asked, AnswerHead const& answer) {
  bool const has_body = answer.status == 200 || answer.status == 206;
  if (has_body && is_encoded(answer)) {
    return fail(Errc::content_encoded, asked.where,
                "answered with Content-Encoding, asked for identity");
  }
  if (answer.status == 206) return judge_partial(asked, answer);
  if (answer.status == 200) return judge_whole(asked, answer);
  if (answer.status == 416) return judge_unsatisfiable(asked, answer);
  return fail(status_error(answer.status), asked.where,
              "answered " + std::to_string(answer.status));
}

std::optional<Duration> retry_after(AnswerHead const& answer, WallTime now) {
  if (answer.status != 429 && answer.status != 503) return std::nullopt;
  return parse_retry_after(answer.get("retry-after"), parse_http_date(answer.get("date")), now);
}

}  // namespace freshet
