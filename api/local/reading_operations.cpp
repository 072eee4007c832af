// Bytes of files that may be on their way.
#include <algorithm>

#include "api/local/operations.h"
#include "api/local/values.h"

namespace freshet::local::operations {

namespace {

constexpr std::string_view kUnit = "bytes=";

// One range with a beginning (RFC 9110 §14.1.2); an end that is absent is wherever they end.
Result<ByteRange> range_of(Call const& call) {
  auto const wrong = [&] {
    return fail(Errc::invalid_argument, "Range " + call.range.value_or("(absent)"),
                "is not of the form bytes=FIRST-LAST or bytes=FIRST-");
  };
  if (!call.range || !call.range->starts_with(kUnit)) return wrong();
  auto const text = std::string_view(*call.range).substr(kUnit.size());
  auto const dash = text.find('-');
  if (dash == std::string_view::npos) return wrong();
  auto const first = whole_number(text.substr(0, dash));
  bool const open = dash + 1 == text.size();
  auto const last = open ? std::optional(kToEnd - 1) : whole_number(text.substr(dash + 1));
  if (!first || !last || *last < *first || *last == kToEnd) return wrong();
  return ByteRange{*first, *last + 1};
}

void describe(Answer& answer, ReadBytes const& read, std::optional<Bytes> begin) {
  auto const length = read.length ? std::to_string(*read.length) : std::string("*");
  auto const which =
      begin ? std::to_string(*begin) + "-" + std::to_string(*begin + read.size - 1) : "*";
  answer.headers.push_back({"ETag", "\"" + read.version + "\""});
  if (begin || read.length) {
    answer.headers.push_back({"Content-Range", "bytes " + which + "/" + length});
  }
}

Answer nothing_there(ReadBytes const& read, Bytes begin) {
  auto const where = "bytes from " + std::to_string(begin) + " on";
  auto answer = read.length == begin
                    ? problem(416, {Errc::invalid_range, where, "are past the end"})
                    : problem({Errc::not_yet, where, "are not there yet"});
  describe(answer, read, std::nullopt);
  return answer;
}

}  // namespace

Result<Answer> read_file(Context& context, Call& call) {
  return on_job(context, call, [&](Client& client, JobId job) -> Result<Answer> {
    auto const file = number_of(call.values[1]);
    if (!file) return tl::unexpected(file.error());
    auto const range = range_of(call);
    if (!range) return tl::unexpected(range.error());
    std::string bytes(std::min<Bytes>(range->size(), context.limits.read_bytes_max), '\0');
    auto const read =
        client.read(job, *file, range->begin, std::as_writable_bytes(std::span(bytes)));
    if (!read) return tl::unexpected(read.error());
    if (read->size == 0) return nothing_there(*read, range->begin);
    bytes.resize(read->size);
    Answer answer;
    answer.status = 206;
    answer.type = "application/octet-stream";
    answer.body = std::move(bytes);
    describe(answer, *read, range->begin);
    return answer;
  });
}

}  // namespace freshet::local::operations
