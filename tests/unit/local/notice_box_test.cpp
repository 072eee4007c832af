#include <catch2/catch.hpp>

#include "api/local/notice_box.h"

using namespace freshet;
using namespace freshet::local;

namespace {

struct Answers {
  int yes = 0;
  int no = 0;
  Client::Accept accept() {
    return [this](bool accepted) { ++(accepted ? yes : no); };
  }
};

Notice notice(Notice::Kind kind = Notice::Kind::transferred) {
  Notice made;
  made.kind = kind;
  return made;
}

}  // namespace

TEST_CASE("a notice is answered once", "[local]") {
  NoticeBox box("box", 1, 8);
  Answers answers;
  box.put(notice(), answers.accept());
  CHECK(box.next().find("event: notice") == 0);
  CHECK(box.next().empty());
  CHECK(box.answer(1, true));
  CHECK_FALSE(box.answer(1, true));
  CHECK_FALSE(box.answer(2, true));
  CHECK(answers.yes == 1);
}

TEST_CASE("what a stream leaves unanswered is not accepted", "[local]") {
  Answers answers;
  NoticeBox box("box", 1, 8);
  box.put(notice(), answers.accept());
  box.put(notice(), answers.accept());
  static_cast<void>(box.next());
  box.end();
  CHECK(answers.no == 2);
  box.put(notice(), answers.accept());
  CHECK(answers.no == 3);
  CHECK(box.next().empty());
}

TEST_CASE("a stream that nobody reads takes only so many notices", "[local]") {
  Answers answers;
  NoticeBox box("box", 1, 2);
  int woken = 0;
  box.set_wake([&] { ++woken; });
  box.put(notice(Notice::Kind::modification), answers.accept());
  box.put(notice(), answers.accept());
  box.put(notice(), answers.accept());
  CHECK(answers.no == 1);
  CHECK(woken == 1);
  CHECK(box.next().find("\"answer\":false") != std::string::npos);
  CHECK(box.next().find("\"answer\":true") != std::string::npos);
}
