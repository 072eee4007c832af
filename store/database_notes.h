// Notes in the database, in the table `default` under `note/`.
//
// Loop only.
#pragma once

#include "engine/ports/notes.h"
#include "store/key_value.h"
#include "store/work.h"

namespace freshet::store {

class DatabaseNotes final : public Notes {
 public:
  DatabaseNotes(KeyValue& database, Work& work) : database_(database), work_(work) {}

  [[nodiscard]] Result<std::map<std::string, std::string>> load(std::string_view prefix) override;
  void save(std::string name, std::string text, std::function<void(Result<void>)> done) override;

 private:
  KeyValue& database_;
  Work& work_;
};

}  // namespace freshet::store
