#include "api/doctor/origin_check.h"

#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "api/client/sink_log.h"
#include "api/client/system_clock.h"
#include "engine/base/thread_loop.h"
#include "engine/base/url.h"
#include "engine/origin/curl_origin.h"

namespace freshet::doctor {

namespace {

constexpr Bytes kPart = 16_KiB;
constexpr auto kRangesRemedy =
    "Let the server answer Range requests with 206: else one connection brings all, and nothing "
    "can "
    "be resumed.";

// Nothing is kept: what is asked for waits at the adapter until it is cancelled.
class NoGate final : public Gate {
 public:
  [[nodiscard]] std::unique_ptr<GateStream> open(SpoolId, SourceId, Bytes,
                                                 std::function<void()>) override {
    return nullptr;
  }
};

// One request: its head, or what ended it.
class Asking final : public OriginEvents {
 public:
  explicit Asking(Origin& origin) : origin_(origin) {}
  [[nodiscard]] std::future<Result<OriginHead>> answer() { return promise_.get_future(); }

  void on_head(FetchId fetch, OriginHead head) override {
    tell(std::move(head));
    origin_.cancel(fetch);
  }
  void on_progress(FetchId, Bytes) override {}
  void on_fetch_end(FetchId, FetchEnd end) override {
    tell(tl::unexpected(end.error.value_or(Error{Errc::internal, {}, "it ended without a head"})));
  }

 private:
  void tell(Result<OriginHead> result) {
    if (!std::exchange(told_, true)) promise_.set_value(std::move(result));
  }
  Origin& origin_;
  bool told_ = false;
  std::promise<Result<OriginHead>> promise_;
};

class Questions {
 public:
  Questions() : origin_(loop_, gate_, clock_, log_) {}
  ~Questions() {
    run([this] {
      origin_.set_events(nullptr);
      origin_.stop();
    });
    loop_.stop();
  }
  Questions(Questions const&) = delete;
  Questions& operator=(Questions const&) = delete;

  Result<OriginHead> ask(OriginSpec const& spec, ByteRange range,
                         std::optional<Validator> const& expected) {
    Asking asking(origin_);
    auto answer = asking.answer();
    run([&] {
      FetchOrder order;
      order.id = FetchId{++last_};
      order.source = SourceId{1};
      order.origin = spec;
      order.begin = range.begin;
      order.end = range.end;
      order.expected_validator = expected;
      order.head_timeout = std::chrono::seconds{15};
      origin_.set_events(&asking);
      origin_.fetch(std::move(order));
    });
    auto result = answer.get();
    run([&] { origin_.set_events(nullptr); });
    return result;
  }

 private:
  void run(std::function<void()> const& task) {
    auto const done = std::make_shared<std::promise<void>>();
    loop_.post([&task, done] {
      task();
      done->set_value();
    });
    done->get_future().wait();
  }

  SystemClock clock_;
  SinkLog log_{{}};
  NoGate gate_;
  ThreadLoop loop_{"doctor"};
  CurlOrigin origin_;
  std::uint64_t last_ = 0;
};

Finding judge_validator(Validator const& validator) {
  if (validator.strong_etag()) {
    return {Check::origin, Severity::ok, "It gives a strong ETag.", {}};
  }
  if (!validator.etag.empty() || !validator.last_modified.empty()) {
    return {Check::origin, Severity::note,
            validator.etag.empty() ? "It gives a date and no ETag." : "Its ETag is weak.",
            "Let it give a strong ETag: mirrors can then be mixed in without a SHA-256."};
  }
  return {
      Check::origin, Severity::warning, "It gives neither ETag nor date.",
      "Let it give a strong ETag: without one nothing can be resumed or fetched in parts, unless "
      "the content's SHA-256 is known."};
}

Finding judge_identity(OriginHead const& head) {
  if (!head.manifest_urls.empty() || head.repr_digest) {
    auto const* const what = head.repr_digest ? "a digest" : "a manifest";
    if (head.tls_verified) {
      return {Check::origin,
              Severity::ok,
              std::string("It names the right bytes by ") + what + ": peers can help.",
              {}};
    }
    return {Check::origin, Severity::note,
            std::string("It gives ") + what + " without TLS, where anyone could have written it.",
            "Use https, or sign the manifest."};
  }
  return {Check::origin, Severity::note,
          "It names no digest and no manifest: peers can help only where the SHA-256 is known "
          "otherwise.",
          "Let it send Repr-Digest or a Link to a manifest (freshet publish makes one)."};
}

}  // namespace

OriginFacts look_at_origin(OriginSpec const& origin) {
  OriginFacts facts;
  facts.url = redact(origin.url);
  Questions questions;
  auto head = questions.ask(origin, {0, kPart}, std::nullopt);
  if (!head) {
    facts.error = head.error();
    return facts;
  }
  facts.head = *head;
  if (!head->ranges || head->length.value_or(0) < 2 * kPart) return facts;
  facts.part_tried = true;
  auto const part = questions.ask(origin, {kPart, 2 * kPart}, head->validator);
  if (!part) facts.part_error = part.error();
  return facts;
}

Findings judge_origin(OriginFacts const& facts) {
  if (facts.error) {
    return {{Check::origin, Severity::error, describe(*facts.error),
             std::string(advice(facts.error->code))}};
  }
  if (!facts.head) return {};
  auto const& head = *facts.head;
  auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(head.latency).count();
  Findings findings{
      {Check::origin,
       Severity::ok,
       facts.url + " answers after " + std::to_string(ms) + " ms by HTTP/" + head.http_version +
           (head.tls_verified ? " over TLS, whose certificate is right." : ", without TLS."),
       {}}};
  if (!head.ranges) {
    findings.push_back({Check::origin, Severity::warning,
                        "It sends only the whole file, no ranges.", kRangesRemedy});
  } else if (facts.part_error) {
    findings.push_back({Check::origin, Severity::warning,
                        "It promises ranges and does not keep that: " + facts.part_error->why + ".",
                        kRangesRemedy});
  } else {
    findings.push_back({Check::origin,
                        Severity::ok,
                        facts.part_tried ? "It sends ranges, as was tried." : "It sends ranges.",
                        {}});
  }
  if (!head.length) {
    findings.push_back({Check::origin, Severity::note, "It does not say how long the content is.",
                        "Let it send Content-Length: space can then be reserved first."});
  }
  findings.push_back(judge_validator(head.validator));
  findings.push_back(judge_identity(head));
  return findings;
}

}  // namespace freshet::doctor
