#include "store/database_notes.h"

#include <memory>
#include <utility>

#include "engine/base/assert.h"
#include "store/codec.h"

namespace freshet::store {

namespace {

constexpr std::string_view kPrefix = "note/";
constexpr std::uint8_t kNoteVersion = 1;

std::string encode_note(std::string_view text) {
  Encoder out;
  out.byte(kNoteVersion);
  out.text(text);
  return out.take();
}

Result<std::string> decode_note(std::string_view bytes) {
  Decoder in(bytes);
  if (auto const version = record_version(in, kNoteVersion, "note"); !version) {
    return tl::unexpected(version.error());
  }
  auto text = in.text();
  if (auto const good = in.finish("note"); !good) return tl::unexpected(good.error());
  return text;
}

}  // namespace

Result<std::map<std::string, std::string>> DatabaseNotes::load(std::string_view prefix) {
  std::map<std::string, std::string> notes;
  auto const take = [&](std::string_view key, std::string_view value) -> Result<void> {
    auto text = decode_note(value);
    if (!text) return tl::unexpected(text.error());
    notes[std::string(key.substr(kPrefix.size()))] = std::move(*text);
    return {};
  };
  auto const read = database_.scan(Table::meta, std::string(kPrefix) + std::string(prefix), take);
  if (!read) return tl::unexpected(read.error());
  return notes;
}

void DatabaseNotes::save(std::string name, std::string text,
                         std::function<void(Result<void>)> done) {
  FRESHET_ASSERT(text.size() <= kNoteBytesMax);
  auto batch = std::make_shared<Batch>();
  auto key = std::string(kPrefix) + name;
  if (text.empty()) {
    batch->erase(Table::meta, std::move(key));
  } else {
    batch->put(Table::meta, std::move(key), encode_note(text));
  }
  work_.run_ledger([this, batch, done = std::move(done)] {
    auto const written = database_.write(*batch, Sync::no);
    work_.post([done, written] { done(written); });
  });
}

}  // namespace freshet::store
