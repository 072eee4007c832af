// The chunked transfer coding (RFC 9112 §7.1), read strictly and written.
//
// Pure; one thread. Memory: a line under way and the trailers, both bounded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/node/http/line_reader.h"
#include "api/node/http/message.h"

namespace freshet::node {

class ChunkReader {
 public:
  // Extensions of chunks are read over; all of them and the trailers together may be as long as a
  // head.
  explicit ChunkReader(HeadLimits limits = {});

  // The next run of content at the front of `bytes`, which is taken off together with what frames
  // it. Empty: more bytes are needed, or it is done, or refused.
  [[nodiscard]] std::string_view feed(std::string_view& bytes);

  [[nodiscard]] bool done() const { return state_ == State::done; }
  [[nodiscard]] std::optional<Refusal> const& refusal() const { return refusal_; }
  // Those that may come after a body (RFC 9110 §6.5.1); framing, routing and the like are not
  // among them, and are left out.
  [[nodiscard]] Fields const& trailers() const { return trailers_; }

 private:
  enum class State { size, content, content_end, trailers, done, refused };

  void take_line(std::string_view line);
  void take_size(std::string_view line);
  void take_trailer(std::string_view line);
  void refuse(std::string_view why);

  HeadLimits const limits_;
  LineReader lines_;
  State state_ = State::size;
  Bytes left_ = 0;  // Of the chunk.
  std::size_t overhead_ = 0;
  Fields trailers_;
  std::optional<Refusal> refusal_;
};

// What stands before a chunk of that size; "\r\n" stands behind it.
[[nodiscard]] std::string chunk_head(std::size_t size);
// The last chunk, with trailers.
[[nodiscard]] std::string last_chunk(Fields const& trailers);

}  // namespace freshet::node
