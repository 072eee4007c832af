// Whatever a server answers, no byte outside the order reaches the gate, and positions stay in
// order. The input is a head, an empty line, and a body; its first byte picks the order.
#include "engine/origin/fetch_receiver.h"
#include "tests/fuzz/check.h"
#include "tests/support/memory_gate.h"
#include "tests/support/sim_loop.h"

using namespace freshet;

namespace {

FetchOrder order_of(unsigned choice) {
  FetchOrder order;
  order.origin.url = "https://origin.example/file";
  order.begin = (choice & 3) * 16_KiB;
  if ((choice & 4) != 0) order.end = order.begin + 16_KiB;
  if ((choice & 8) != 0) order.expected_length = 100'000;
  if ((choice & 16) != 0) order.expected_validator = Validator{"\"a\"", {}};
  if ((choice & 32) == 0) order.spool = SpoolId{1};
  return order;
}

struct Seen : OriginEvents {
  void on_head(FetchId, OriginHead) override {}
  void on_progress(FetchId, Bytes) override {}
  void on_fetch_end(FetchId, FetchEnd told) override { end = std::move(told); }
  std::optional<FetchEnd> end;
};

// Whether the body was accepted so far.
bool read_head(std::string_view& text, FetchReceiver& receiver) {
  HeadReader reader;
  while (!reader.complete() && !text.empty()) {
    auto const size = text.find('\n') == text.npos ? text.size() : text.find('\n') + 1;
    if (!reader.line(text.substr(0, size))) return false;
    text.remove_prefix(size);
  }
  (void)retry_after(reader.head(), WallTime{});
  if (!reader.complete() || is_redirect(reader.head())) return false;
  return receiver.head(reader.head(), {.url = "https://origin.example/file"}).has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  auto const order = order_of(data[0]);
  auto text = std::string_view(as_text(data, size)).substr(1);
  test::SimLoop loop;
  test::MemoryGate gate;
  Seen seen;
  Outbox outbox(loop);
  outbox.listen(&seen);
  FetchReceiver receiver(order, {gate, outbox, [] {}, 16_KiB});
  (void)receiver.request_headers(WallTime{});
  bool right = read_head(text, receiver);
  while (right && !text.empty()) {
    auto const piece = text.substr(0, 700);
    auto const took = receiver.body(std::as_bytes(std::span(piece)));
    right = took.has_value();
    if (!right || *took != Receiver::Took::all) break;
    text.remove_prefix(piece.size());
  }
  right = right && receiver.complete();
  std::optional<Error> error;
  if (!right) error = Error{};
  receiver.end({std::move(error), 0, {}});
  outbox.flush();
  loop.run_ready();

  FUZZ_CHECK(seen.end && seen.end->next >= order.begin);
  FUZZ_CHECK(!order.end || seen.end->next <= *order.end);
  auto const written = gate.bytes_written();
  FUZZ_CHECK(!order.end || written <= *order.end - order.begin);
  FUZZ_CHECK(seen.end->next <= order.begin + written);
  return 0;
}
