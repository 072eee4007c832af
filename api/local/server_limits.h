// How much the server takes from its callers before it says no. Plain values.
#pragma once

#include <chrono>
#include <cstddef>

#include "freshet/units.h"

namespace freshet::local {

struct ServerLimits {
  std::size_t connections_max = 1024;
  std::size_t connections_per_user_max = 256;
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 8 << 20;

  // Bodies and answers of more than `small_bytes_max`, of all connections together.
  std::size_t small_bytes_max = 16 * 1024;
  std::size_t large_bytes_max = 64 << 20;
  std::size_t large_bytes_per_user_max = 32 << 20;

  std::size_t jobs_per_page_max = 1000;
  std::size_t read_bytes_max = 1 << 20;  // Of a file, by one answer.

  // Calls that wait for the engine at the same time; those that change jobs share one synced write.
  // A connection has one request at a time.
  std::size_t quick_calls_max = 56;
  std::size_t quick_calls_per_user_max = 48;
  std::size_t slow_calls_max = 8;
  std::size_t slow_calls_per_user_max = 4;
  std::size_t calls_waiting_max = 2048;
  std::size_t calls_waiting_per_user_max = 512;

  std::size_t descriptors_per_request_max = 64;
  std::size_t descriptors_max = 512;
  std::size_t descriptors_per_user_max = 192;

  // Streams of events and of notices, and calls that wait for a job.
  std::size_t streams_per_user_max = 64;
  std::size_t stream_chunk_bytes_max = 64 * 1024;  // More is made when this is written.
  std::size_t feeds_max = 64;                      // Users whose events are remembered.
  std::size_t feed_events_max = 4096;              // Of one user.
  std::size_t snapshots_max = 8;                   // Being sent at the same time.
  std::size_t notices_waiting_max = 1024;          // Of one stream.

  Duration header_timeout = std::chrono::seconds{10};
  Duration body_timeout = std::chrono::seconds{60};
  Duration idle_timeout = std::chrono::minutes{5};    // Between requests.
  Duration write_timeout = std::chrono::seconds{30};  // Without any progress.
  Duration stream_pulse = std::chrono::seconds{15};   // Of comments in silent streams.
  Duration wait_default = std::chrono::seconds{30};
  Duration wait_max = std::chrono::seconds{60};
  Duration feed_linger = std::chrono::minutes{5};  // Events are remembered without a listener.
  Duration retry_after = std::chrono::seconds{1};  // What 503 tells.
};

}  // namespace freshet::local
