#include "api/local/http_reader.h"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <limits>

namespace freshet::local {

namespace http = boost::beast::http;

namespace {

constexpr std::string_view kHeaderEnd = "\r\n\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";

unsigned status_of(boost::system::error_code const& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::bad_version) return 505;
  return 400;
}

bool same_name(std::string_view a, std::string_view b) {
  auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string text(boost::string_view view) {
  return {view.data(), view.size()};
}

}  // namespace

std::string const* HttpRequest::header(std::string_view name) const {
  std::string const* found = nullptr;
  for (auto const& field : headers) {
    if (!same_name(field.name, name)) continue;
    if (found != nullptr) return nullptr;
    found = &field.value;
  }
  return found;
}

std::size_t HttpRequest::count(std::string_view name) const {
  auto const named = [&](Header const& field) { return same_name(field.name, name); };
  return static_cast<std::size_t>(std::ranges::count_if(headers, named));
}

struct HttpReader::Parser {
  http::request_parser<http::string_body> parser;
  bool began = false;
  bool expectation_taken = false;
};

HttpReader::HttpReader(std::size_t header_bytes_max, std::size_t body_bytes_max)
    : header_bytes_max_(header_bytes_max), body_bytes_max_(body_bytes_max) {
  static_cast<void>(take());
}

HttpReader::~HttpReader() = default;

std::size_t HttpReader::shown(std::string_view rest) const {
  if (!header_done()) {
    auto const end = rest.substr(0, header_bytes_max_).find(kHeaderEnd);
    return end == std::string_view::npos ? 0 : end + kHeaderEnd.size();
  }
  // The parser takes for granted that a last chunk is whole when it comes back to it.
  bool const torn = parser_->parser.chunked() && rest.size() < kLastChunk.size();
  return torn ? 0 : std::min(rest.size(), header_bytes_max_);
}

HttpReader::Fed HttpReader::feed(std::string_view bytes) {
  Fed fed;
  while (fed.used < bytes.size() && !done()) {
    parser_->began = true;
    auto const rest = bytes.substr(fed.used);
    boost::system::error_code error;
    auto const part = rest.substr(0, shown(rest));
    auto const used =
        part.empty() ? 0
                     : parser_->parser.put(boost::asio::buffer(part.data(), part.size()), error);
    fed.used += used;
    if (error && error != http::error::need_more) {
      return {fed.used, status_of(error), error.message()};
    }
    if (used > 0) continue;
    if (rest.size() < header_bytes_max_) break;
    return {
        fed.used, 431,
        header_done() ? "a line of a chunk or the trailer is too long" : "the header is too long"};
  }
  return fed;
}

bool HttpReader::began() const {
  return parser_->began;
}

bool HttpReader::header_done() const {
  return parser_->parser.is_header_done();
}

bool HttpReader::done() const {
  return parser_->parser.is_done();
}

std::size_t HttpReader::body_bytes() const {
  return parser_->parser.get().body().size();
}

bool HttpReader::take_expectation() {
  if (!header_done() || done() || std::exchange(parser_->expectation_taken, true)) return false;
  return parser_->parser.get()[http::field::expect] == "100-continue";
}

HttpRequest HttpReader::take() {
  HttpRequest request;
  if (parser_) {
    auto message = parser_->parser.release();
    request.method = text(message.method_string());
    request.target = text(message.target());
    for (auto const& field : message) {
      request.headers.push_back({text(field.name_string()), text(field.value())});
    }
    request.body = std::move(message.body());
    request.keep_alive = message.keep_alive();
  }
  parser_ = std::make_unique<Parser>();
  parser_->parser.eager(true);
  parser_->parser.header_limit(static_cast<std::uint32_t>(header_bytes_max_));
  parser_->parser.body_limit(body_bytes_max_);
  return request;
}

}  // namespace freshet::local
