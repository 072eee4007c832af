#include "api/node/upstream/small_document.h"

#include <utility>

namespace freshet::node {

Result<void> SmallDocument::on_head(std::string_view lines) {
  if (status_ != 0) return {};
  reader_.feed(lines);
  if (reader_.refusal()) {
    return fail(Errc::protocol_error, {}, std::string(reader_.refusal()->why));
  }
  if (!reader_.done()) return {};
  auto const head = reader_.take();
  if (!head.interim()) status_ = head.status;
  return {};
}

Result<UpstreamSink::Taken> SmallDocument::on_body(std::span<std::byte const> bytes) {
  if (status_ != 200) return fail(Errc::http_not_found, {}, std::to_string(status_));
  if (bytes.size() > bytes_max_ - text_.size()) {
    return fail(Errc::limit_reached, {}, "the document is too large");
  }
  void const* const first = bytes.data();
  text_.append(static_cast<char const*>(first), bytes.size());
  return Taken::all;
}

void SmallDocument::on_end(Result<void> how) {
  if (status_ != 0 && status_ != 200) {
    return done_(fail(Errc::http_not_found, {}, std::to_string(status_)));
  }
  if (!how) return done_(tl::unexpected(how.error()));
  done_(std::move(text_));
}

}  // namespace freshet::node
