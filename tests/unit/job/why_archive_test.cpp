#include "engine/job/why_archive.h"

#include <catch2/catch.hpp>

using namespace freshet;

namespace {

class MemoryNotes final : public Notes {
 public:
  [[nodiscard]] Result<std::map<std::string, std::string>> load(std::string_view) override {
    return notes;
  }
  void save(std::string name, std::string text, std::function<void(Result<void>)> done) override {
    if (text.empty()) {
      notes.erase(name);
    } else {
      notes[name] = std::move(text);
    }
    done({});
  }
  std::map<std::string, std::string> notes;
};

JobRecord ended_job(int number, std::uint32_t owner = 7) {
  JobRecord record;
  record.id.bytes[0] = static_cast<std::byte>(number);
  record.owner = owner;
  return record;
}

WhyLog log_of(int number) {
  WhyLog log;
  log.put(0, "{\"n\":" + std::to_string(number) + "}", 100);
  return log;
}

WallTime day(int number) {
  return WallTime(std::chrono::hours{24 * number});
}

constexpr Caller kOwner{7, false};

}  // namespace

TEST_CASE("a job that is gone still says why to its owner over restarts", "[job]") {
  MemoryNotes notes;
  JobOptions const options;
  WhyArchive archive(&notes, options);
  auto const job = ended_job(1);

  archive.keep(job, log_of(1), day(1));
  WhyArchive next(&notes, options);
  REQUIRE(next.load(day(2)));

  for (auto const* it : {&archive, &next}) {
    CHECK(it->find(kOwner, job.id) == log_of(1).text());
    CHECK(it->find({8, true}, job.id) == log_of(1).text());
    CHECK_FALSE(it->find({8, false}, job.id));
    CHECK_FALSE(it->find(kOwner, ended_job(2).id));
  }
}

TEST_CASE("only so many ended jobs are remembered and for a while only", "[job]") {
  MemoryNotes notes;
  JobOptions options;
  options.ended_jobs_kept = 3;
  WhyArchive archive(&notes, options);

  for (int i = 0; i < 5; ++i) archive.keep(ended_job(i), log_of(i), day(1));
  CHECK(notes.notes.size() == 3);
  CHECK_FALSE(archive.find(kOwner, ended_job(1).id));
  CHECK(archive.find(kOwner, ended_job(2).id));

  WhyArchive later(&notes, options);
  REQUIRE(later.load(day(9)));
  CHECK_FALSE(later.find(kOwner, ended_job(4).id));
  CHECK(notes.notes.empty());
}

TEST_CASE("a note that nobody can read is dropped", "[job]") {
  MemoryNotes notes;
  notes.notes["why/no-job"] = "7 1 {}";
  notes.notes["why/" + to_string(ended_job(1).id)] = "seven {}";
  JobOptions const options;
  WhyArchive archive(&notes, options);

  REQUIRE(archive.load(day(1)));

  CHECK(notes.notes.empty());
}
