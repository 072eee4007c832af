// The downloads on disk: a small file each, durable when a call returns. Any thread, for different
// downloads; the caller sees to it that calls about one come after each other.
#pragma once

#include <string>
#include <vector>

#include "api/doagent/download.h"

namespace freshet::doagent {

class RecordFolder {
 public:
  explicit RecordFolder(std::string path) : path_(std::move(path)) {}

  // Made when it is absent. store_too_new of records that a newer agent wrote; what is damaged is
  // left where it is, and told.
  struct Loaded {
    std::vector<Download> downloads;
    std::vector<Error> damaged;
  };
  [[nodiscard]] Result<Loaded> load() const;
  [[nodiscard]] Result<void> save(Download const& download) const;
  void remove(JobId id) const;

  // The port of the last run; 0: none.
  [[nodiscard]] std::uint16_t last_port() const;
  void remember_port(std::uint16_t port) const;

 private:
  [[nodiscard]] std::string file_of(JobId id) const;

  std::string path_;
};

}  // namespace freshet::doagent
