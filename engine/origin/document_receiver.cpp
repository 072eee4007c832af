#include "engine/origin/document_receiver.h"

#include <algorithm>
#include <utility>

#include "engine/origin/judge.h"

namespace freshet {

tl::unexpected<Error> DocumentReceiver::too_large() const {
  return fail(Errc::limit_reached, where_,
              "the document is larger than " + std::to_string(size_max_) + " bytes");
}

Result<void> DocumentReceiver::head(AnswerHead const& answer, Arrival const& arrival) {
  where_ = arrival.where;
  from_ = arrival.reach;
  Asked asked;
  asked.where = where_;
  if (answer.status == 206) {
    return fail(Errc::protocol_error, where_, "answered 206 without having been asked");
  }
  auto const accepted = judge(asked, answer);
  if (!accepted) return unexpected(accepted.error());
  if (accepted->head.length > size_max_) return too_large();
  return {};
}

Result<Receiver::Took> DocumentReceiver::body(std::span<std::byte const> bytes) {
  if (text_.size() + bytes.size() > size_max_) return too_large();
  auto const old = text_.size();
  text_.resize(old + bytes.size());
  std::ranges::transform(bytes, text_.begin() + static_cast<std::ptrdiff_t>(old),
                         [](std::byte b) { return static_cast<char>(b); });
  return Took::all;
}

void DocumentReceiver::end(Ending ending) {
  Result<Document> result = Document{std::move(text_), from_};
  if (ending.error) result = unexpected(std::move(*ending.error));
  outbox_.add_call(
      [done = std::move(done_), result = std::move(result)]() mutable { done(std::move(result)); });
}

}  // namespace freshet
