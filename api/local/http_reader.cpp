#include "api/local/http_reader.h"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <limits>

namespace freshet::local {

namespace http = boost::beast::http;

namespace {

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

constexpr std::size_t kLastChunkBytes = 5;  // "0\r\n\r\n"

// The parser's own limit is another one for a header that comes at once.
bool has_no_end(std::string_view header, std::size_t bytes_max) {
  auto const end = header.substr(0, bytes_max).find("\r\n\r\n");
  return header.size() >= bytes_max && end == std::string_view::npos;
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

HttpReader::Fed HttpReader::feed(std::string_view bytes) {
  Fed fed;
  auto& parser = parser_->parser;
  while (fed.used < bytes.size() && !parser.is_done()) {
    auto const rest = bytes.substr(fed.used);
    if (!parser.is_header_done() && has_no_end(rest, header_bytes_max_)) {
      return {fed.used, 431, "the header is too long"};
    }
    // The parser takes for granted that a last chunk is whole when it comes back to it.
    bool const chunks = parser.is_header_done() && parser.chunked();
    if (chunks && rest.size() < kLastChunkBytes) break;
    boost::system::error_code error;
    parser_->began = true;
    auto const used = parser.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    fed.used += used;
    if (error == http::error::need_more) break;
    if (error) return {fed.used, status_of(error), error.message()};
    if (used == 0) break;
  }
  return fed;  // An unfinished header stays with the caller: the parser sees it whole each time.
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
