#include "tests/support/sim_upstream.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

namespace freshet::test {

namespace {

constexpr Bytes kSliceMax = 64_KiB;

std::string field_of(UpstreamRequest const& request, std::string_view name) {
  for (auto const& header : request.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

// Of "bytes=a-b".
std::optional<ByteRange> range_of(UpstreamRequest const& request) {
  auto const text = field_of(request, "Range");
  auto const dash = text.find('-');
  if (!text.starts_with("bytes=") || dash == std::string::npos) return std::nullopt;
  auto const begin = std::strtoull(text.c_str() + 6, nullptr, 10);
  return ByteRange{begin, std::strtoull(text.c_str() + dash + 1, nullptr, 10) + 1};
}

}  // namespace

bool SimUpstream::happens(double chance) {
  return static_cast<double>(below(random_, 1 << 20)) < chance * (1 << 20);
}

SimUpstream::Exchange* SimUpstream::find(ExchangeId id) {
  auto const found = exchanges_.find(id);
  return found == exchanges_.end() ? nullptr : &found->second;
}

ExchangeId SimUpstream::start(UpstreamRequest request, std::shared_ptr<UpstreamSink> sink) {
  ExchangeId const id{++last_};
  ++site.requests;
  Exchange exchange;
  exchange.request = std::move(request);
  exchange.sink = std::move(sink);
  exchanges_.emplace(id, std::move(exchange));
  static_cast<void>(loop_.at(loop_.now() + site.latency, [this, id] { answer(id); }));
  return id;
}

void SimUpstream::answer(ExchangeId id) {
  auto* const exchange = find(id);
  if (exchange == nullptr) return;
  if (happens(site.faults.refuse)) return end(id, fail(Errc::connect_failed, {}, "refused"));
  auto const sink = exchange->sink;
  auto const head = head_for(*exchange);
  if (auto const right = sink->on_head(head); !right) return end(id, right);
  step(id);
}

// As a server would answer, or not quite. What is sent is settled here: a file that changes later
// does not change it.
std::string SimUpstream::head_for(Exchange& exchange) {
  if (happens(site.faults.garbage)) return "HTTP/1.1 2OO all is well\r\n\r\n";
  if (happens(site.faults.error)) {
    ++site.failures;
    return "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
  }
  exchange.bytes = site.bytes;
  auto const size = Bytes{site.bytes->size()};
  auto range = range_of(exchange.request);
  auto const expected = field_of(exchange.request, "If-Range");
  bool const other = site.heeds_if_range && !expected.empty() && expected != site.etag;
  if (!site.ranges || other) range.reset();
  if (range && range->begin >= size) {
    return "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nContent-Range: bytes */" +
           std::to_string(size) + "\r\n\r\n";
  }
  auto part = range.value_or(ByteRange{0, size});
  part.end = std::min(part.end, size);
  if (range && part.size() > 1 && happens(site.faults.wrong_range)) ++part.begin;
  exchange.next = part.begin;
  exchange.end = part.end;
  draw_break(exchange);
  std::string head = range ? "HTTP/1.1 206 Partial Content\r\n" : "HTTP/1.1 200 OK\r\n";
  if (range) {
    head += "Content-Range: bytes " + std::to_string(part.begin) + "-" +
            std::to_string(part.end - 1) + "/" + std::to_string(size) + "\r\n";
  }
  head += site.tell_length || range ? "Content-Length: " + std::to_string(part.size()) + "\r\n"
                                    : std::string("Transfer-Encoding: chunked\r\n");
  if (!site.etag.empty()) head += "ETag: " + site.etag + "\r\n";
  return head + (site.cacheable ? "Cache-Control: max-age=86400\r\n\r\n"
                                : "Cache-Control: no-store\r\n\r\n");
}

void SimUpstream::draw_break(Exchange& exchange) {
  bool const cut = happens(site.faults.cut);
  bool const stall = happens(site.faults.stall);
  auto const at = exchange.next + below(random_, exchange.end - exchange.next + 1);
  if (cut || stall) exchange.breaks_at = at;
  exchange.broken =
      cut ? Error{Errc::connection_lost, {}, "cut"} : Error{Errc::stalled, {}, "no bytes for long"};
  bool const longer = happens(site.faults.longer) && site.tell_length;
  if (longer && exchange.end < exchange.bytes->size()) ++exchange.end;
}

void SimUpstream::step(ExchangeId id) {
  auto* const exchange = find(id);
  if (exchange == nullptr || exchange->waits) return;
  if (exchange->next >= exchange->breaks_at) {
    auto const wait =
        exchange->broken.code == Errc::stalled ? exchange->request.stall_timeout : Duration{};
    static_cast<void>(loop_.at(loop_.now() + wait, [this, id, error = exchange->broken] {
      end(id, tl::unexpected(error));
    }));
    return;
  }
  if (exchange->next >= exchange->end) return end(id, {});
  auto const stop = std::min(exchange->end, exchange->breaks_at);
  auto const size = std::min(kSliceMax, stop - exchange->next);
  auto const sink = exchange->sink;
  auto const bytes = exchange->bytes;
  auto const taken = sink->on_body(std::as_bytes(std::span(*bytes).subspan(exchange->next, size)));
  if (!taken) return end(id, tl::unexpected(taken.error()));
  if (*taken == UpstreamSink::Taken::wait) {
    exchange->waits = true;
    return;
  }
  exchange->next += size;
  site.sent += size;
  sink->on_lull();
  auto const took = std::chrono::duration<double>(static_cast<double>(size) / site.rate);
  static_cast<void>(
      loop_.at(loop_.now() + std::chrono::duration_cast<Duration>(took), [this, id] { step(id); }));
}

void SimUpstream::resume(ExchangeId id) {
  auto* const exchange = find(id);
  if (exchange == nullptr || !std::exchange(exchange->waits, false)) return;
  loop_.post([this, id] { step(id); });
}

void SimUpstream::cancel(ExchangeId id) {
  loop_.post([this, id] { end(id, fail(Errc::cancelled)); });
}

void SimUpstream::end(ExchangeId id, Result<void> how) {
  auto const found = exchanges_.find(id);
  if (found == exchanges_.end()) return;
  if (!how && how.error().code != Errc::cancelled) ++site.failures;
  auto const sink = std::move(found->second.sink);
  exchanges_.erase(found);
  sink->on_end(std::move(how));
}

}  // namespace freshet::test
