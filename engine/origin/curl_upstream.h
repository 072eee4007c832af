// The Upstream port by libcurl, on one thread of its own.
//
// Methods on any thread. Owned by whoever starts the node, who calls `stop` before it ends.
#pragma once

#include <memory>
#include <string>

#include "engine/ports/upstream.h"

namespace freshet {

struct UpstreamOptions {
  std::uint32_t connections_max = 256;          // At once; more exchanges wait in order.
  std::uint32_t connections_per_host_max = 16;  // Likewise.
  std::uint32_t waiting_max = 8192;             // Beyond that: limit_reached.
  Bytes receive_buffer = 256_KiB;               // Of one exchange.
  std::string ca_file;                          // PEM, instead of the system's authorities.
  // Whether an address is public: "192.0.2.1", "2001:db8::1".
  std::function<bool(std::string const& address)> is_public;
};

class CurlUpstream final : public Upstream {
 public:
  explicit CurlUpstream(UpstreamOptions options);
  ~CurlUpstream() override;  // Asserts that `stop` ran.

  // Ends every exchange with `stopped`, and the thread.
  void stop();

  ExchangeId start(UpstreamRequest request, std::shared_ptr<UpstreamSink> sink) override;
  void resume(ExchangeId exchange) override;
  void cancel(ExchangeId exchange) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet
