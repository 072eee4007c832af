// The place of one file: open, unnamed or under another name beside its own, until it is whole.
//
// A value of one thread. Nothing here follows a link at the file's own name, and what stands in the
// directory is reached through it alone.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet::remote {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

class Destination {
 public:
  // `beside` is the other name: what an earlier attempt left there is replaced.
  [[nodiscard]] static Result<Destination> open(std::string const& path, std::string beside);
  ~Destination();  // Removes what was not put into place.
  Destination(Destination&&) noexcept = default;
  Destination& operator=(Destination&&) noexcept = default;

  [[nodiscard]] int get() const { return file_.get(); }
  // Its bytes are there and durable: gives it its name, in place of what has that now.
  [[nodiscard]] Result<void> put(std::optional<WallTime> modified);
  // Makes the name durable.
  [[nodiscard]] Result<void> sync_directory() const;

 private:
  Destination() = default;
  [[nodiscard]] Result<void> create();
  [[nodiscard]] Result<void> give_name();
  [[nodiscard]] tl::unexpected<Error> failed() const;

  std::string path_;
  std::string beside_;
  std::string name_;
  Descriptor directory_;
  Descriptor file_;
  bool named_ = false;  // There is something under the other name.
};

}  // namespace freshet::remote
