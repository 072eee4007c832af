#include <catch2/catch.hpp>

#include "freshet/job.h"

using namespace freshet;

TEST_CASE("a job id survives the way through text", "[job_id]") {
  std::string const text = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
  auto const id = job_id_from_string(text);

  REQUIRE(id);
  CHECK(id->bytes[0] == std::byte{0x6b});
  CHECK(id->bytes[15] == std::byte{0xc8});
  CHECK(to_string(*id) == text);
  CHECK(job_id_from_string("6BA7B810-9DAD-11D1-80B4-00C04FD430C8") == id);
  CHECK(to_string(JobId{}) == "00000000-0000-0000-0000-000000000000");
}

TEST_CASE("anything but a job id is refused", "[job_id]") {
  for (auto const* bad :
       {"", "6ba7b810", "6ba7b8109dad11d180b400c04fd430c8", "{ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "6ba7b810-9dad-11d1-80b4-00c04fd430cg", "6ba7b810-9dad-11d1-80b4000c04fd430c8a",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8 "}) {
    CHECK_FALSE(job_id_from_string(bad));
  }
}

TEST_CASE("states and priorities have stable names", "[job]") {
  CHECK(to_string(JobState::suspended) == "suspended");
  CHECK(to_string(JobState::transient_error) == "transient_error");
  CHECK(to_string(JobState::acknowledged) == "acknowledged");
  CHECK(to_string(Priority::foreground) == "foreground");
  CHECK(to_string(Priority::low) == "low");
}
