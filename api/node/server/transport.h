// The bytes of one connection, in the clear or over TLS. Never waits.
//
// Thread: its worker's. Owned by its connection.
#pragma once

#include <sys/uio.h>

#include <memory>
#include <span>

#include "api/descriptor.h"
#include "freshet/units.h"

struct ssl_st;
struct ssl_ctx_st;

namespace freshet::node {

struct CloseTls {
  void operator()(ssl_st* tls) const;
};
using Tls = std::unique_ptr<ssl_st, CloseTls>;

class Transport {
 public:
  // `context`: null for plain TCP.
  Transport(local::Descriptor socket, ssl_ctx_st* context);

  enum class Step : std::uint8_t { done, blocked, ended };
  struct Moved {
    Step step = Step::done;
    std::size_t bytes = 0;
  };
  [[nodiscard]] Moved read(std::span<char> into);
  // `more`: other bytes follow at once.
  [[nodiscard]] Moved write(std::span<iovec const> from, bool more);
  [[nodiscard]] Moved send_file(int file, ByteRange bytes);
  // Whether a good part of what the kernel keeps for it is free. If not, it is told when it is.
  [[nodiscard]] bool has_room() const;
  // While on, the kernel sends full segments alone; what is left goes when it is turned off, or
  // after 0.2 s.
  void fill_segments(bool on);
  // What was sent before arrives; nothing more is sent.
  void shut_down();

  [[nodiscard]] int get() const { return socket_.get(); }
  [[nodiscard]] bool secure() const { return tls_ != nullptr; }

 private:
  [[nodiscard]] Moved tls_step(int result) const;
  [[nodiscard]] Moved tls_write(void const* bytes, std::size_t size);

  local::Descriptor socket_;
  Tls tls_;
  bool fills_segments_ = false;
};

}  // namespace freshet::node
