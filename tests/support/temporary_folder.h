// A folder of its own below the system's temporary one, gone with the object.
#pragma once

#include <string>

namespace freshet::test {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder const&) = delete;
  TemporaryFolder& operator=(TemporaryFolder const&) = delete;

  [[nodiscard]] std::string const& path() const { return path_; }
  // A file below it, in folders made as needed.
  void write(std::string const& name, std::string const& bytes) const;

 private:
  std::string path_;
};

}  // namespace freshet::test
