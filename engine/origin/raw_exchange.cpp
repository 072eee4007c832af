#include "engine/origin/raw_exchange.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "engine/base/assert.h"
#include "engine/base/url.h"
#include "engine/origin/curl_error.h"

namespace freshet {

namespace {

static_assert(CURL_ERROR_SIZE <= 256);

std::size_t on_head(char* bytes, std::size_t, std::size_t count, void* exchange) {
  return static_cast<RawExchange*>(exchange)->head({bytes, count});
}

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* exchange) {
  auto const* const first = static_cast<std::byte const*>(static_cast<void const*>(bytes));
  return static_cast<RawExchange*>(exchange)->body({first, count});
}

curl_socket_t on_socket(void* exchange, curlsocktype, curl_sockaddr* address) {
  return static_cast<RawExchange*>(exchange)->open_socket(address);
}

std::string text_of(curl_sockaddr const& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  void const* const generic = &address.addr;
  void const* bytes = nullptr;
  if (address.family == AF_INET) bytes = &static_cast<sockaddr_in const*>(generic)->sin_addr;
  if (address.family == AF_INET6) bytes = &static_cast<sockaddr_in6 const*>(generic)->sin6_addr;
  if (bytes == nullptr) return {};
  if (::inet_ntop(address.family, bytes, text.data(), text.size()) == nullptr) return {};
  return text.data();
}

long milliseconds(Duration duration) {
  return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

bool named(std::vector<HttpHeader> const& headers, std::string_view name) {
  return std::ranges::any_of(headers, [&](HttpHeader const& header) {
    return std::ranges::equal(header.name, name,
                              [](char a, char b) { return (a | 0x20) == (b | 0x20); });
  });
}

// What libcurl adds by itself unless it is told not to.
HeaderList list_of(std::vector<HttpHeader> const& headers, bool with_body) {
  auto list = header_list(headers);
  auto const leave_out = [&](std::string const& name) {
    if (named(headers, name)) return;
    auto* const longer = curl_slist_append(list.get(), (name + ":").c_str());
    FRESHET_ASSERT(longer != nullptr);
    static_cast<void>(list.release());
    list.reset(longer);
  };
  leave_out("Accept");
  leave_out("Expect");
  if (with_body) leave_out("Content-Type");
  return list;
}

}  // namespace

RawExchange::RawExchange(ExchangeId id, UpstreamRequest request, std::shared_ptr<UpstreamSink> sink,
                         std::vector<RawExchange*>& moved)
    : id_(id), request_(std::move(request)), sink_(std::move(sink)), moved_(moved) {}

Result<void> RawExchange::prepare(Easy easy, UpstreamOptions const& options) {
  options_ = &options;
  easy_ = std::move(easy);
  bool const has_body = request_.method != "GET" && request_.method != "HEAD";
  headers_ = list_of(request_.headers, has_body);
  auto* const handle = easy_.get();
  curl_easy_reset(handle);
  if (curl_easy_setopt(handle, CURLOPT_URL, request_.url.c_str()) != CURLE_OK) {
    return fail(Errc::invalid_argument, redact(request_.url), "is no URL");
  }
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle, CURLOPT_PROXY, request_.proxy.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_head);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, on_socket);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error_text_.data());
  curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
  if (!options.ca_file.empty()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  }
  set_method();
  set_limits(options);
  return {};
}

void RawExchange::set_method() const {
  auto* const handle = easy_.get();
  // HTTP/1.1: many connections of their own carry more than many streams in one.
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(handle, CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (request_.method == "GET") return;
  if (request_.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    return;
  }
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request_.body.c_str());
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request_.body.size()));
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void RawExchange::set_limits(UpstreamOptions const& options) const {
  auto* const handle = easy_.get();
  auto const stall = std::max<long>(1, milliseconds(request_.stall_timeout) / 1000);
  curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, static_cast<long>(options.receive_buffer));
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request_.connect_timeout));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, stall);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 1L);
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
}

void RawExchange::resume() {
  if (!std::exchange(paused_, false)) return;
  curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
}

std::size_t RawExchange::head(std::string_view line) {
  if (line.starts_with("HTTP/")) head_over_ = false;
  if (head_over_) return line.size();  // A trailer.
  bool const last = line == "\r\n" || line == "\n";
  auto const taken = sink_->on_head(line);
  head_over_ = last;
  if (taken) return line.size();
  refused_ = taken.error();
  return 0;
}

std::size_t RawExchange::body(std::span<std::byte const> bytes) {
  auto const taken = sink_->on_body(bytes);
  if (!taken) {
    refused_ = taken.error();
    return 0;
  }
  if (*taken == UpstreamSink::Taken::all) {
    if (!std::exchange(has_moved_, true)) moved_.push_back(this);
    return bytes.size();
  }
  paused_ = true;
  return CURL_WRITEFUNC_PAUSE;
}

int RawExchange::open_socket(void const* address) {
  auto const& to = *static_cast<curl_sockaddr const*>(address);
  auto const text = text_of(to);
  bool const may = request_.private_addresses || !request_.proxy.empty() ||
                   (options_->is_public && options_->is_public(text));
  if (may) return ::socket(to.family, to.socktype | SOCK_CLOEXEC, to.protocol);
  refused_ =
      Error{Errc::policy_refused, redact(request_.url), "its address " + text + " is not public"};
  return CURL_SOCKET_BAD;
}

Result<void> RawExchange::outcome(int code) const {
  if (code == CURLE_OK) return {};
  if (refused_) return tl::unexpected(*refused_);
  return tl::unexpected(translate({.code = code,
                                   .connect_status = 0,
                                   .named_proxy = !request_.proxy.empty(),
                                   .detail = error_text_.data(),
                                   .where = redact(request_.url)}));
}

void RawExchange::tell_lull() {
  if (std::exchange(has_moved_, false)) sink_->on_lull();
}

Easy RawExchange::finish(Result<void> how) {
  if (has_moved_) std::erase(moved_, this);
  sink_->on_end(std::move(how));
  // What belongs to this exchange is pointed at no more.
  if (easy_) curl_easy_reset(easy_.get());
  return std::move(easy_);
}

}  // namespace freshet
