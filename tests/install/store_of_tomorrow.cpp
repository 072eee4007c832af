// Makes a store look as if a later version had written it: store_of_tomorrow DATA_DIRECTORY
#include <cstdio>

#include "store/codec.h"
#include "store/rocks_key_value.h"
#include "store/schema.h"

namespace {

using namespace freshet;
using namespace freshet::store;

Result<void> age(std::string const& data) {
  auto database = RocksKeyValue::open(database_directory(data));
  if (!database) return tl::unexpected(database.error());
  Encoder later;
  later.number(kFormatVersion + 1);
  Batch batch;
  batch.put(Table::meta, std::string(kFormatKey), later.take());
  return (*database)->write(batch, Sync::yes);
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) return 2;
  auto const aged = age(words[1]);
  if (!aged) std::fprintf(stderr, "%s\n", describe(aged.error()).c_str());
  return aged ? 0 : 1;
}
