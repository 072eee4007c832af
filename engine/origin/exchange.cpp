#include "engine/origin/exchange.h"

#include <curl/curl.h>

#include <algorithm>
#include <utility>

#include "engine/base/assert.h"
#include "engine/base/trace.h"
#include "engine/origin/curl_error.h"
#include "engine/origin/curl_origin.h"
#include "engine/origin/drain.h"
#include "engine/origin/judge.h"
#include "engine/origin/reach.h"

namespace freshet {

namespace {

constexpr Bytes kBufferMin = 16_KiB;
constexpr Bytes kBufferMax = 512_KiB;
// Of bodies nobody wants: what an error page may cost to keep its connection.
constexpr Bytes kDiscardMax = 64_KiB;
constexpr Duration kDrainTime = std::chrono::seconds{2};

static_assert(CURL_ERROR_SIZE == 256);

// Empty: nobody traces it.
std::string trace_of(std::vector<HttpHeader> const& headers) {
  for (auto const& header : headers) {
    auto const id = is_trace(header.name) ? trace_id(header.value) : std::nullopt;
    if (id) return std::string(*id);
  }
  return {};
}

}  // namespace

Exchange::Exchange(Surroundings around, ExchangeSpec spec, std::unique_ptr<Receiver> receiver)
    : around_(around),
      spec_(std::move(spec)),
      receiver_(std::move(receiver)),
      reach_max_(spec_.origin.named_from) {}

void Exchange::go_to(Url target) {
  target_ = std::move(target);
  shown_ = redact(to_string(*target_));
  all_secure_ = all_secure_ && target_->scheme == "https" && spec_.origin.http.accepted_flaws == 0;
}

Bytes Exchange::receive_buffer() const {
  auto size = std::clamp(around_.options.receive_buffer, kBufferMin, kBufferMax);
  for (auto const* const throttle : {&around_.throttle, own_throttle_.get()}) {
    if (throttle != nullptr && throttle->limited()) size = std::min(size, throttle->quantum());
  }
  if (auto const hint = receiver_->size_hint()) size = std::min(size, *hint);
  return std::clamp(size, kBufferMin, kBufferMax);
}

bool Exchange::may_read(TimePoint now) {
  return around_.throttle.open(now) && (!own_throttle_ || own_throttle_->open(now));
}

bool Exchange::tolerates(TimePoint now) {
  return around_.throttle.tolerates(now) && (!own_throttle_ || own_throttle_->tolerates(now));
}

Duration Exchange::held_for(TimePoint now) {
  auto const own = own_throttle_ ? own_throttle_->wait(now) : Duration{};
  return std::max(around_.throttle.wait(now), own);
}

Exchange::Step Exchange::prepare(EasyHandle* easy) {
  if (!target_) {
    if (auto const allowed = check_headers(spec_.origin.headers); !allowed) {
      return end_with(allowed.error());
    }
    auto target = parse_target(spec_.origin.url);
    if (!target) return end_with(target.error());
    go_to(std::move(*target));
    started_ = around_.clock.now();
  }
  auto headers = receiver_->request_headers(around_.clock.wall());
  headers.push_back({"Accept-Encoding", "identity"});
  if (same_party_) {
    headers.insert(headers.end(), spec_.origin.headers.begin(), spec_.origin.headers.end());
  }
  headers_ = header_list(headers);
  reader_.reset();
  error_text_.fill(0);
  too_inside_.reset();
  discarded_ = 0;
  discarded_max_ = kDiscardMax;
  phase_ = Phase::head;
  easy_ = easy;
  auto address = *target_;
  if (uses_digest()) address.userinfo = spec_.origin.http.digest_credentials;
  auto const url = to_string(address);
  set_up(easy, {.url = url,
                .origin = spec_.origin,
                .headers = headers_.get(),
                .user_agent = around_.options.user_agent,
                .receive_buffer = receive_buffer(),
                .http2 = offers_http2(),
                .any_auth = any_auth_,
                .digest = uses_digest(),
                .own_party = same_party_,
                .error_text = error_text_.data(),
                .listener = this,
                .guard = reach_max_ ? this : nullptr,
                .on_head = &Exchange::on_head,
                .on_body = &Exchange::on_body});
  return Step::running;
}

bool Exchange::may_dial(Dialled const& to) {
  auto const reach = reach_by(to);
  if (!reach_max_ || reach <= *reach_max_) return true;
  bool const redirected = redirects_ > 0;
  too_inside_ =
      Error{redirected ? Errc::redirect_refused : Errc::policy_refused, shown_,
            std::string(redirected ? "a redirect" : "what names it") + " from " +
                std::string(name(*reach_max_)) + " may not lead to " + std::string(name(reach))};
  return false;
}

// Another port than that of the URL is a proxy's: where that one goes only the host's name tells.
Reach Exchange::reach_by(Dialled const& to) const {
  return reach_of(to.port == target_->port ? to.address : target_->host);
}

Dialled Exchange::connected_to() const {
  char const* address = nullptr;
  long port = 0;
  curl_easy_getinfo(easy_, CURLINFO_PRIMARY_IP, &address);
  curl_easy_getinfo(easy_, CURLINFO_PRIMARY_PORT, &port);
  return {address == nullptr ? "" : address, static_cast<int>(port)};
}

std::size_t Exchange::on_head(char* text, std::size_t, std::size_t size, void* self) {
  return static_cast<Exchange*>(self)->head_line({text, size}) ? size : 0;
}

std::size_t Exchange::on_body(char* text, std::size_t, std::size_t size, void* self) {
  return static_cast<Exchange*>(self)->body(std::as_bytes(std::span(text, size)));
}

bool Exchange::head_line(std::string_view text) {
  if (phase_ != Phase::head) return true;  // Trailers.
  auto const read = reader_.line(text);
  if (!read) {
    failed_ = read.error();
    failed_->where = shown_;
    return false;
  }
  if (!reader_.complete() || is_redirect(reader_.head()) || asks_for_auth()) return true;
  return head_complete();
}

Duration Exchange::info_time(int which) const {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_, static_cast<CURLINFO>(which), &microseconds);
  return std::chrono::microseconds{microseconds};
}

Arrival Exchange::arrival() const {
  auto const to = connected_to();
  return {
      .url = without_credentials(*target_),
      .where = shown_,
      .address = to.address,
      .reach = reach_by(to),
      .tls_verified = all_secure_,
      .latency = info_time(CURLINFO_STARTTRANSFER_TIME_T) - info_time(CURLINFO_PRETRANSFER_TIME_T),
      .now = around_.clock.wall()};
}

bool Exchange::head_complete() {
  auto const& answer = reader_.head();
  auto const now = around_.clock.now();
  head_at_ = active_at_ = now;
  drain_until_ = now + kDrainTime;
  retry_after_ = retry_after(answer, around_.clock.wall());
  auto const taken = receiver_->head(answer, arrival());
  if (taken) {
    // The body of an unsatisfiable range is not the content's.
    phase_ = answer.status == 416 ? Phase::draining : Phase::body;
    return true;
  }
  if (answer.status < 400) {
    failed_ = taken.error();
    return false;
  }
  // An error page is not wanted; a short one is read so that the connection can go on.
  end(taken.error());
  phase_ = Phase::draining;
  return true;
}

std::size_t Exchange::discard(std::size_t size) {
  discarded_ += size;
  return discarded_ > discarded_max_ ? 0 : size;
}

std::size_t Exchange::body(std::span<std::byte const> bytes) {
  if (phase_ != Phase::body) return discard(bytes.size());
  auto const now = around_.clock.now();
  if (!tolerates(now)) {
    held_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  auto const took = receiver_->body(bytes);
  if (!took) {
    failed_ = took.error();
    if (failed_->where.empty()) failed_->where = shown_;
    return 0;
  }
  if (*took == Receiver::Took::wait) {
    waiting_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  received_ += bytes.size();
  active_at_ = now;
  around_.throttle.take(bytes.size(), now);
  if (own_throttle_) own_throttle_->take(bytes.size(), now);
  enough_ = *took == Receiver::Took::enough;
  return !enough_ || start_draining() ? bytes.size() : 0;
}

// Ends the exchange for its receiver and goes on reading. False: better to drop the connection (or,
// with HTTP/2, only the stream).
bool Exchange::start_draining() {
  auto const rest = receiver_->rest();
  if (!rest || reader_.head().version.starts_with("2")) return false;
  auto const connect_cost =
      std::max(info_time(CURLINFO_PRETRANSFER_TIME_T),
               info_time(CURLINFO_STARTTRANSFER_TIME_T) - info_time(CURLINFO_PRETRANSFER_TIME_T));
  auto const now = around_.clock.now();
  if (!worth_draining({*rest, received_, now - head_at_, connect_cost})) return false;
  auto const settled = receiver_->settle();
  if (!settled || *settled != Receiver::Took::all) return false;
  // What is about to be read for nothing counts as received: the end is told now.
  end(std::nullopt, *rest);
  phase_ = Phase::draining;
  discarded_max_ = *rest;
  drain_until_ = now + kDrainTime;
  return true;
}

Exchange::Step Exchange::finished(int curl_code) {
  if (over_) return Step::ended;
  if (enough_) return settle();
  if (failed_) return end_with(*failed_);
  if (reader_.complete() && is_redirect(reader_.head())) return follow_redirect();
  if (reader_.complete() && asks_for_auth()) return authenticate();
  if (phase_ == Phase::draining) return settle();
  if (curl_code != CURLE_OK) {
    if (too_inside_) return end_with(*too_inside_);
    auto error = translate(failure(curl_code));
    return changes_manners(curl_code, error) ? Step::again : end_with(std::move(error));
  }
  if (phase_ != Phase::body) return end_with({Errc::protocol_error, shown_, "no answer's head"});
  auto const complete = receiver_->complete();
  return complete ? settle() : end_with(complete.error());
}

CurlFailure Exchange::failure(int curl_code) const {
  long connect_status = 0;
  curl_easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &connect_status);
  auto const& proxy = spec_.origin.proxy;
  return {.code = curl_code,
          .connect_status = connect_status,
          .named_proxy = !proxy.empty() && proxy != "-",
          .detail = error_text_.data(),
          .where = shown_};
}

Exchange::Step Exchange::follow_redirect() {
  if (!spec_.origin.http.follow_redirects) {
    return end_with({Errc::redirect_refused, shown_, "redirects, and the job follows none"});
  }
  if (++redirects_ > around_.options.redirects_max) {
    return end_with(
        {Errc::redirect_loop, shown_,
         "redirected more than " + std::to_string(around_.options.redirects_max) + " times"});
  }
  auto const from = reach_by(connected_to());
  reach_max_ = std::min(reach_max_.value_or(from), from);
  auto next = follow(*target_, reader_.head().get("location"),
                     {.allow_downgrade = spec_.origin.allow_downgrade});
  if (!next) return end_with(next.error());
  same_party_ = same_party_ && same_party(*target_, *next);
  go_to(std::move(*next));
  return Step::again;
}

// HTTP/2 costs libcurl a third more CPU for each byte, and its streams share what makes parallel
// ranges fast. Small things are better off with it.
bool Exchange::offers_http2() const {
  auto const size = receiver_->size_hint();
  bool const large = size && *size >= around_.options.http1_from;
  // Streams of others could join a connection that was looked at less closely.
  bool const shareable = spec_.origin.http.accepted_flaws == 0;
  return around_.options.http2 && shareable && (any_http_ || !large);
}

// Whether the same request may do better with what was held back at first: each is tried once.
bool Exchange::changes_manners(int curl_code, Error const& error) {
  if (error.code == Errc::http_proxy_auth) return !std::exchange(any_auth_, true);
  bool const handshake = curl_code == CURLE_SSL_CONNECT_ERROR && reader_.head().status == 0;
  if (!handshake || !around_.options.http2 || offers_http2()) return false;
  return !std::exchange(any_http_, true);
}

// Such an answer is judged only when libcurl is done: while it negotiates, another one follows.
bool Exchange::asks_for_auth() const {
  auto const status = reader_.head().status;
  return status == 407 || (status == 401 && (!target_->userinfo.empty() || uses_digest()));
}

bool Exchange::uses_digest() const {
  return same_party_ && target_->userinfo.empty() && !spec_.origin.http.digest_credentials.empty();
}

// Basic is sent at once and costs no round trip. Where it is not what the server wants, libcurl may
// try everything it knows, once.
Exchange::Step Exchange::authenticate() {
  bool const only_digest = reader_.head().status == 401 && uses_digest();
  if (!only_digest && !std::exchange(any_auth_, true)) return Step::again;
  return end_with({status_error(reader_.head().status), shown_,
                   "answered " + std::to_string(reader_.head().status)});
}

Exchange::Step Exchange::settle() {
  auto const settled = receiver_->settle();
  if (!settled) return end_with(settled.error());
  if (*settled == Receiver::Took::wait) {
    phase_ = Phase::settling;
    return Step::settling;
  }
  end(std::nullopt);
  return Step::ended;
}

Exchange::Step Exchange::end_with(Error error) {
  if (error.where.empty()) error.where = shown_;
  end(std::move(error));
  return Step::ended;
}

void Exchange::end(std::optional<Error> error, Bytes more) {
  if (std::exchange(over_, true)) return;
  if (around_.log.enabled(LogLevel::debug)) {
    around_.log.write(LogLevel::debug, "fetch ended",
                      {{"url", shown_},
                       {"trace", trace_of(spec_.origin.headers)},
                       {"result", std::string(error ? name(error->code) : "right")},
                       {"received", std::to_string(received_ + more)}});
  }
  receiver_->end({std::move(error), received_ + more, retry_after_});
}

Exchange::Step Exchange::resume() {
  waiting_ = false;
  if (phase_ == Phase::settling) return settle();
  return unpause();
}

Exchange::Step Exchange::release() {
  held_ = false;
  return unpause();
}

void Exchange::hold() {
  held_ = true;
  curl_easy_pause(easy_, CURLPAUSE_RECV);
}

// libcurl hands over what it kept from within the call, and tells an error of ours only here.
Exchange::Step Exchange::unpause() {
  if (phase_ != Phase::body || held_ || waiting_) return Step::running;
  active_at_ = around_.clock.now();
  auto const code = curl_easy_pause(easy_, CURLPAUSE_CONT);
  return code == CURLE_OK ? Step::running : finished(code);
}

Exchange::Step Exchange::end_early() {
  if (over_) return Step::running;
  enough_ = true;
  if (reading() && start_draining()) return Step::running;
  return settle();
}

Exchange::Step Exchange::tick(TimePoint now) {
  next_tick_ = TimePoint::max();
  if (over_ || phase_ == Phase::draining) {
    next_tick_ = drain_until_;
    if (now < drain_until_) return Step::running;
    return over_ ? Step::ended : settle();
  }
  if (phase_ == Phase::head) {
    next_tick_ = started_ + spec_.head_timeout;
    if (now >= next_tick_) return end_with({Errc::timed_out, shown_, "no answer in time"});
  }
  if (reading()) {
    next_tick_ = active_at_ + spec_.stall_timeout;
    if (now >= next_tick_) return end_with({Errc::stalled, shown_, "no byte in time"});
  }
  if (auto const report = receiver_->report_progress(now)) {
    next_tick_ = std::min(next_tick_, *report);
  }
  return Step::running;
}

}  // namespace freshet
