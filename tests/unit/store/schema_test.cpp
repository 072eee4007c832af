#include "store/schema.h"

#include <catch2/catch.hpp>

#include "tests/support/sim_key_value.h"

using namespace freshet;
using namespace freshet::store;
using namespace freshet::test;

namespace {

UpgradeStep renames(std::string const& from, std::string const& to) {
  return [from, to](KeyValue& database, Batch& batch) -> Result<void> {
    auto const value = database.get(Table::jobs, from);
    if (!value) return tl::unexpected(value.error());
    if (!*value) return fail(Errc::store_corrupt, from);
    batch.put(Table::jobs, to, **value);
    batch.erase(Table::jobs, from);
    return {};
  };
}

}  // namespace

TEST_CASE("an older database is brought up step by step and only once", "[store]") {
  SimKeyValue database;
  REQUIRE(prepare_format(database, {}));
  Batch batch;
  batch.put(Table::jobs, "one", "value");
  REQUIRE(database.write(batch, Sync::yes));
  std::vector<UpgradeStep> const steps{renames("one", "two"), renames("two", "three")};

  REQUIRE(prepare_format(database, steps));
  CHECK(*database.get(Table::jobs, "three") == "value");
  CHECK_FALSE(database.get(Table::jobs, "one")->has_value());

  // "one" and "two" are gone: a second run of a step would fail.
  CHECK(prepare_format(database, steps));
}

TEST_CASE("an upgrade that dies in between goes on where it was", "[store]") {
  SimKeyValue database;
  REQUIRE(prepare_format(database, {}));
  Batch batch;
  batch.put(Table::jobs, "one", "value");
  REQUIRE(database.write(batch, Sync::yes));
  auto const dies = [](KeyValue&, Batch&) -> Result<void> { return fail(Errc::io_error); };
  std::vector<UpgradeStep> const broken{renames("one", "two"), dies};
  CHECK(prepare_format(database, broken).error().code == Errc::io_error);
  database.cut_power(1);

  std::vector<UpgradeStep> const steps{renames("one", "two"), renames("two", "three")};
  REQUIRE(prepare_format(database, steps));

  CHECK(*database.get(Table::jobs, "three") == "value");
}

TEST_CASE("a database from a newer version is refused", "[store]") {
  SimKeyValue database;
  std::vector<UpgradeStep> const two_steps{renames("a", "b"), renames("b", "c")};
  REQUIRE(prepare_format(database, two_steps));

  auto const refused = prepare_format(database);

  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::store_too_new);
}

TEST_CASE("a database with entries but without a version is corrupt", "[store]") {
  for (auto const table : {Table::jobs, Table::files, Table::contents, Table::pieces}) {
    SimKeyValue database;
    Batch batch;
    batch.put(table, "key", "value");
    REQUIRE(database.write(batch, Sync::yes));

    auto const refused = prepare_format(database);

    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::store_corrupt);
  }
}
