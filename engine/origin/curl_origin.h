// HTTP sources by libcurl: the Origin port on one thread of its own.
//
// Methods on the loop; bytes go from the origin thread straight to the gate. Owned by whoever
// starts the engine, who calls `stop` on the loop, or after the loop has stopped and before the
// gate ends.
#pragma once

#include <memory>
#include <string>

#include "engine/base/loop.h"
#include "engine/ports/clock.h"
#include "engine/ports/gate.h"
#include "engine/ports/log.h"
#include "engine/ports/origin.h"

namespace freshet {

struct OriginOptions {
  std::string user_agent;           // Empty: "freshet/VERSION".
  bool http2 = true;                // Offered over TLS,
  Bytes http1_from = 1_MiB;         // except for ranges this large: HTTP/1.1 takes less CPU a byte.
  std::uint32_t fetches_max = 64;   // On the network at once; more wait in order.
  std::uint32_t documents_max = 8;  // Likewise, beside the fetches.
  std::uint32_t waiting_max = 16384;  // Beyond that many orders: limit_reached.
  std::uint32_t idle_connections_max = 64;
  std::uint32_t redirects_max = 10;
  Bytes receive_buffer = 256_KiB;  // Of one fetch: 16 to 512 KiB.
  Bytes skip_max = 1_MiB;          // Of a body from 0, to reach a range that the server ignored.
  Duration document_timeout = std::chrono::seconds{30};
};

class CurlOrigin final : public Origin {
 public:
  // What libcurl and its libraries do once in a process, some milliseconds, so that it can be done
  // while something else is waited for. Any thread; else the constructor does it.
  static void prepare();

  CurlOrigin(Loop& loop, Gate& gate, Clock& clock, Log& log, OriginOptions options = {});
  ~CurlOrigin() override;  // Asserts that `stop` ran.

  // Ends every fetch and the thread. No event and no document comes after it.
  void stop();

  void set_events(OriginEvents* events) override;
  void fetch(FetchOrder order) override;
  void attach(FetchId fetch, SpoolId spool) override;
  void shorten(FetchId fetch, Bytes end) override;
  void cancel(FetchId fetch) override;
  void set_limit(BytesPerSecond limit) override;
  void set_fetch_limit(FetchId fetch, FetchLimit limit) override;
  void get_document(OriginSpec origin, Bytes size_max,
                    std::function<void(Result<Document>)> done) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet
