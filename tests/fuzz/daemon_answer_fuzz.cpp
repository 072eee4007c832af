// Answers and events of a daemon, in pieces of any size, are the same or refused.
#include "api/remote/answer_reader.h"
#include "api/remote/sse_reader.h"
#include "tests/fuzz/check.h"

using namespace freshet;
using namespace freshet::remote;

namespace {

struct Read {
  bool right = true;
  bool done = false;
  std::string body;
  std::string events;
  bool operator==(Read const&) const = default;
};

Read read_in_pieces(std::string_view text, std::size_t size) {
  AnswerReader answer(1 << 16);
  SseReader events(1 << 16);
  Read read;
  for (std::size_t at = 0; at < text.size() && read.right && !answer.done(); at += size) {
    auto const used = answer.feed(text.substr(at, size));
    read.right = used.has_value();
    if (!used) break;
    auto const body = answer.take_body();
    read.body += body;
    read.right = events
                     .feed(body,
                           [&](SseEvent const& event) {
                             read.events += event.name + "\n" + event.data + "\n" + event.id + "\n";
                           })
                     .has_value();
  }
  read.done = answer.done();
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = as_text(data, size);
  auto const whole = read_in_pieces(text, text.size() + 1);
  for (std::size_t const piece : {1U, 2U, 7U}) {
    auto const read = read_in_pieces(text, piece);
    FUZZ_CHECK(read.right == whole.right);
    if (whole.right) FUZZ_CHECK(read == whole);
  }
  return 0;
}
