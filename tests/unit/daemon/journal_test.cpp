#include "api/daemon/journal.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::daemon;

TEST_CASE("a line becomes fields of the journal", "[journal]") {
  CHECK(
      journal_message(LogSeverity::warn,
                      "job stopped by an error job=ab-1 trace=4bf9 error=\"a: b \\\"c\\\" (x)\"") ==
      "MESSAGE=job stopped by an error job=ab-1 trace=4bf9 error=\"a: b \\\"c\\\" (x)\"\n"
      "PRIORITY=4\n"
      "SYSLOG_IDENTIFIER=freshetd\n"
      "FRESHET_JOB=ab-1\n"
      "FRESHET_TRACE=4bf9\n"
      "FRESHET_ERROR=a: b \"c\" (x)\n"
      "FRESHET_EVENT=job stopped by an error\n");
}

TEST_CASE("a line without keys is an event alone", "[journal]") {
  CHECK(journal_message(LogSeverity::info, "serving") ==
        "MESSAGE=serving\nPRIORITY=6\nSYSLOG_IDENTIFIER=freshetd\nFRESHET_EVENT=serving\n");
}

TEST_CASE("names of fields are what the journal takes", "[journal]") {
  auto const message =
      journal_message(LogSeverity::debug, "a some-key.1=x " + std::string(100, 'k') + "=y");
  CHECK(message.find("FRESHET_SOME_KEY_1=x\n") != std::string::npos);
  CHECK(message.find("FRESHET_" + std::string(56, 'K') + "=y\n") != std::string::npos);
}

TEST_CASE("a line feed cannot end a field", "[journal]") {
  auto const message = journal_message(LogSeverity::error, "one\ntwo");
  std::string const length("\x07\0\0\0\0\0\0\0", 8);
  CHECK(message.starts_with("MESSAGE\n" + length + "one\ntwo\nPRIORITY=3\n"));
}

TEST_CASE("odd lines make no harm", "[journal]") {
  for (std::string const line :
       {"", " ", "=", "= =", "a=", "a=\"", "a=\"\\", "\\", "a  b  c=d  e"}) {
    CHECK(journal_message(LogSeverity::info, line).starts_with("MESSAGE=" + line + "\n"));
  }
}
