// An HTTP origin on loopback for the demonstration: one made content, ranges, an entity tag, and an
// uplink of limited rate. It counts what it sends.
//
// Own thread. Destroying it closes everything.
#pragma once

#include <memory>
#include <string>

#include "api/demo/made_content.h"

namespace freshet::demo {

class DemoOrigin {
 public:
  [[nodiscard]] static Result<std::unique_ptr<DemoOrigin>> open(MadeContent content,
                                                                BytesPerSecond rate);
  class Server;
  explicit DemoOrigin(std::unique_ptr<Server> server);
  ~DemoOrigin();

  // Any thread.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] Bytes bytes_sent() const;  // Of bodies.

 private:
  std::unique_ptr<Server> server_;
};

}  // namespace freshet::demo
