#include "tests/support/temporary_folder.h"

#include <filesystem>
#include <fstream>

#include "engine/base/assert.h"

namespace freshet::test {

TemporaryFolder::TemporaryFolder() {
  auto name = (std::filesystem::temp_directory_path() / "freshet-test-XXXXXX").string();
  FRESHET_ASSERT(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void TemporaryFolder::write(std::string const& name, std::string const& bytes) const {
  auto const path = std::filesystem::path(path_) / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  FRESHET_ASSERT(file.good());
}

}  // namespace freshet::test
