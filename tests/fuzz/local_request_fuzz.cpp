// Requests to the daemon read the same in one piece and byte by byte, and hold no more than the
// limits.
#include <string>
#include <vector>

#include "api/local/http_reader.h"
#include "tests/fuzz/check.h"

using namespace freshet::local;

namespace {

constexpr std::size_t kHeaderMax = 1000;
constexpr std::size_t kBodyMax = 100;

struct Read {
  std::vector<HttpRequest> requests;
  bool refused = false;
};

void take_all(HttpReader& reader, std::string& waiting, Read& read) {
  while (!waiting.empty()) {
    auto const fed = reader.feed(waiting);
    FUZZ_CHECK(fed.used <= waiting.size());
    FUZZ_CHECK(reader.body_bytes() <= kBodyMax);
    waiting.erase(0, fed.used);
    read.refused = fed.fault != 0;
    if (read.refused || !reader.done()) return;
    read.requests.push_back(reader.take());
    FUZZ_CHECK(read.requests.back().body.size() <= kBodyMax);
  }
}

Read read_in_parts(std::string_view bytes, std::size_t part) {
  HttpReader reader(kHeaderMax, kBodyMax);
  Read read;
  std::string waiting;
  for (std::size_t at = 0; at < bytes.size() && !read.refused; at += part) {
    waiting += bytes.substr(at, part);
    take_all(reader, waiting, read);
    FUZZ_CHECK(read.refused || waiting.size() <= kHeaderMax + part);
  }
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const bytes = as_text(data, size);
  auto const whole = read_in_parts(bytes, size + 1);
  auto const bytewise = read_in_parts(bytes, 1);
  // What is no whole head yet may be refused sooner or later.
  FUZZ_CHECK(whole.requests.size() == bytewise.requests.size());
  for (std::size_t i = 0; i < whole.requests.size(); ++i) {
    auto const& a = whole.requests[i];
    auto const& b = bytewise.requests[i];
    FUZZ_CHECK(a.method == b.method && a.target == b.target && a.body == b.body);
    FUZZ_CHECK(a.headers.size() == b.headers.size() && a.keep_alive == b.keep_alive);
  }
  return 0;
}
