#include "api/doagent/download.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::doagent;

namespace {

Download in(State state) {
  Download download;
  download.uri = "http://a.example/b";
  download.path = "/b";
  download.state = state;
  return download;
}

MethodCall giving(Parameter parameter, std::string value) {
  MethodCall call{Method::set_property, {}};
  call.given[static_cast<std::size_t>(parameter)] = std::move(value);
  return call;
}

constexpr State kStates[] = {State::created, State::transferring, State::transferred,
                             State::paused};

}  // namespace

TEST_CASE("an agent download needs a URL and then a path to start", "[doagent]") {
  auto download = in(State::created);
  CHECK(check_start(download) == 0);
  download.path.clear();
  CHECK(check_start(download) == kNoDestination);
  download.uri.clear();
  CHECK(check_start(download) == kNoUri);
}

TEST_CASE("only a transferred agent download is finalized", "[doagent]") {
  for (auto const state : kStates) {
    CHECK(check_finalize(in(state)) == (state == State::transferred ? 0 : kInvalidState));
  }
}

TEST_CASE("a pause of an agent download stops what runs or waits and nothing else", "[doagent]") {
  for (auto const state : kStates) {
    auto download = in(state);
    CHECK(pause(download) == (state == State::transferring));
    CHECK(download.state == (state == State::transferring ? State::paused : state));
  }
  auto waiting = in(State::paused);
  waiting.extended = kNoNetwork;
  CHECK(pause(waiting));
  CHECK(waiting.extended == 0);
  auto failed = in(State::paused);
  failed.error = kNoProgress;
  CHECK_FALSE(pause(failed));
  CHECK(failed.error == kNoProgress);
}

TEST_CASE("an agent download never pauses by itself as if a caller had done it", "[doagent]") {
  auto download = in(State::transferring);
  download.pause_with(0, 0);
  CHECK(download.error != 0);
}

TEST_CASE("progress of an agent download never falls and never exceeds the size", "[doagent]") {
  auto download = in(State::transferring);
  download.hear_progress(10, std::nullopt);
  download.hear_progress(5, 100);
  CHECK(download.transferred == 10);
  download.hear_progress(200, 100);
  CHECK(download.transferred == 100);
}

TEST_CASE("each property of an agent download is set in its states", "[doagent]") {
  for (auto const state : kStates) {
    bool const rests = state == State::created || state == State::paused;
    auto download = in(state);
    auto const uri = set_properties(download, giving(Parameter::uri, "http://c.example/"));
    CHECK(uri.has_value() == rests);
    CHECK((rests ? uri->uri : uri.error() == kInvalidState));
    auto const path = set_properties(download, giving(Parameter::path, "/c"));
    CHECK(path.has_value() == (state == State::created));
    CHECK(set_properties(download, giving(Parameter::no_progress_timeout, "10")));
    CHECK(download.no_progress_s == 10);
  }
}

TEST_CASE("properties of an agent download are set all or none", "[doagent]") {
  auto download = in(State::created);
  auto call = giving(Parameter::uri, "http://c.example/");
  call.given[static_cast<std::size_t>(Parameter::no_progress_timeout)] = "9";
  auto const before = download;
  CHECK(set_properties(download, call).error() == kInvalidArgument);
  CHECK(download == before);
}

TEST_CASE("URLs that cannot be fetched are no URLs for the agent", "[doagent]") {
  CHECK(is_valid_uri("https://a.example/b%20c?d=e#f"));
  for (auto const* const uri : {"ftp://a/b", "http://", "http:///b", "http://a b/", "http://a/b c",
                                "a", "file:///b", "http://a:99999/"}) {
    CHECK_FALSE(is_valid_uri(uri));
  }
}
