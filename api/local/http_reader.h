// Reads one request of HTTP/1.1 after the other from bytes. Pure: no socket, no clock.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/job.h"

namespace freshet::local {

struct HttpRequest {
  std::string method;
  std::string target;
  std::vector<Header> headers;
  std::string body;
  bool keep_alive = true;

  // The value of a field that is there exactly once; null otherwise.
  [[nodiscard]] std::string const* header(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
};

class HttpReader {
 public:
  HttpReader(std::size_t header_bytes_max, std::size_t body_bytes_max);
  ~HttpReader();
  HttpReader(HttpReader const&) = delete;
  HttpReader& operator=(HttpReader const&) = delete;

  struct Fed {
    std::size_t used = 0;  // Of the bytes; the rest is to be given again, with more behind it.
    unsigned fault = 0;    // The status to refuse it with. Nothing can be read after that.
    std::string why;
  };
  [[nodiscard]] Fed feed(std::string_view bytes);

  [[nodiscard]] bool began() const;        // Something of the next request is there.
  [[nodiscard]] bool header_done() const;  // And the rest, if any, is its body.
  [[nodiscard]] bool done() const;
  [[nodiscard]] std::size_t body_bytes() const;  // So far.
  // Once for each request: it waits with its body until it is told to go on.
  [[nodiscard]] bool take_expectation();
  // The request that is done; the next may begin.
  [[nodiscard]] HttpRequest take();

 private:
  // How much of the bytes the parser is given: a header when it is whole, and of a body no more at
  // a time than a header may have, so that no line of a chunk and no trailer is longer.
  [[nodiscard]] std::size_t shown(std::string_view bytes) const;

  struct Parser;
  std::size_t const header_bytes_max_;
  std::size_t const body_bytes_max_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace freshet::local
