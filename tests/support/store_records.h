// Records with every field set to something, by seed.
#pragma once

#include <random>
#include <string>

#include "engine/job/record.h"
#include "store/spool_record.h"

namespace freshet::test {

class RecordMaker {
 public:
  explicit RecordMaker(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] JobRecord job();
  [[nodiscard]] FileRecord file();
  [[nodiscard]] store::SpoolRecord spool();
  [[nodiscard]] store::PieceChunk chunk();
  [[nodiscard]] std::vector<Digest> layer();  // At least one hash.

 private:
  [[nodiscard]] std::uint64_t number();  // Of any size.
  [[nodiscard]] std::string text();
  [[nodiscard]] Digest digest();
  [[nodiscard]] ContentId content();
  [[nodiscard]] WallTime time();
  [[nodiscard]] bool maybe() { return random_() % 2 == 0; }

  std::mt19937_64 random_;
};

}  // namespace freshet::test
