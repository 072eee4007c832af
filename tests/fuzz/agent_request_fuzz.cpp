// Requests of the agent protocol: read alike in one piece and in many, and every answer keeps to
// the form and size that its clients survive.
#include "api/doagent/call.h"
#include "api/doagent/replies.h"
#include "api/doagent/request_reader.h"
#include "tests/fuzz/check.h"

using namespace freshet::doagent;

namespace {

std::string replied(Request const& request) {
  if (!request.wanted) return failure(kInvalidArgument);
  auto const call = read_call(request.verb, request.target);
  if (!call) return failure(call.error());
  return success(property_json(call->get(Parameter::property_key).value_or(""),
                               call->get(Parameter::uri).value_or("")));
}

std::string all_of(std::string_view text, std::size_t step) {
  RequestReader reader;
  std::string replies;
  std::string in;
  for (std::size_t at = 0; at < text.size() && !reader.broken(); at += step) {
    in += text.substr(at, step);
    std::size_t used = 1;
    while (used > 0 && !reader.broken()) {
      used = reader.feed(in);
      in.erase(0, used);
      if (auto const request = reader.take()) {
        auto const reply = replied(*request);
        FUZZ_CHECK(reply.size() <= kReplyBytesMax);
        FUZZ_CHECK(reply.starts_with("HTTP/1.1 "));
        auto const head = reply.substr(0, reply.find("\r\n\r\n"));
        FUZZ_CHECK(head.find("Content-Length") == head.rfind("Content-Length"));
        replies += reply;
        used = 1;
      }
    }
  }
  return replies;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = as_text(data, size);
  auto const whole = all_of(text, text.size() + 1);
  auto const bit_by_bit = all_of(text, 3);
  FUZZ_CHECK(whole == bit_by_bit);
  return 0;
}
