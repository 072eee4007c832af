#include "api/doagent/call.h"

#include <catch2/catch.hpp>

using namespace freshet::doagent;

TEST_CASE("methods of the agent have their verbs and mean the same in any letters", "[doagent]") {
  CHECK(read_call("POST", "download/create")->method == Method::create);
  CHECK(read_call("POST", "/Download/CREATE/?")->method == Method::create);
  CHECK(read_call("GET", "//download//getstatus")->method == Method::get_status);
  CHECK(read_call("GET", "%64ownload/getproperty")->method == Method::get_property);
  for (auto const& [verb, target] :
       std::vector<std::pair<std::string, std::string>>{{"GET", "download/create"},
                                                        {"post", "download/create"},
                                                        {"POST", "download"},
                                                        {"POST", "download/create/x"},
                                                        {"POST", "download%2fcreate"},
                                                        {"POST", "?download/create"}}) {
    CHECK(read_call(verb, target).error() == kNotSupported);
  }
}

TEST_CASE("values of agent requests are decoded one by one", "[doagent]") {
  auto const call = read_call(
      "POST",
      "download/create?Uri=http://a/b?c=1%26d%3D%2520+e&downloadfilepath=/t/%C3%A4&Id&Id=2");
  REQUIRE(call);
  CHECK(call->get(Parameter::uri) == "http://a/b?c=1&d=%20+e");
  CHECK(call->get(Parameter::path) == "/t/\xC3\xA4");
  CHECK(call->get(Parameter::id) == "2");
  CHECK_FALSE(call->get(Parameter::property_key));
}

TEST_CASE("of equal names in an agent request the last one counts", "[doagent]") {
  CHECK(read_call("POST", "download/start?id=1&Id=2&ID=3")->get(Parameter::id) == "3");
}

TEST_CASE("unknown and broken parameters of agent requests are invalid", "[doagent]") {
  for (auto const* const query : {"Other=1", "Uri=%", "Uri=%4", "Uri=%zz", "Uri=a%00b", "=1"}) {
    auto const call = read_call("POST", std::string("download/create?") + query);
    CHECK(call.error() == kInvalidArgument);
  }
}
