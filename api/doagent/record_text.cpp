#include "api/doagent/record_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "engine/base/base64.h"
#include "engine/transfer/json_writer.h"

namespace freshet::doagent {

namespace {

constexpr std::uint64_t kVersion = 1;

using Json = nlohmann::json;

WallTime time_of(std::int64_t milliseconds) {
  return WallTime(std::chrono::milliseconds(milliseconds));
}

// Paths are any bytes, and JSON is not.
std::string in_base64(std::string const& bytes) {
  return to_base64(std::as_bytes(std::span(bytes)));
}

// Throws what is no number, text or id.
Download read(Json const& from) {
  auto const text = [&](char const* key) { return from.at(key).get_ref<std::string const&>(); };
  auto const bytes = [&](char const* key) {
    auto const raw = from_base64(text(key));
    if (!raw) throw std::invalid_argument(key);
    std::string out(raw->size(), '\0');
    std::ranges::transform(*raw, out.begin(), [](std::byte b) { return static_cast<char>(b); });
    return out;
  };
  auto const id = job_id_from_string(text("id"));
  auto const state = state_from(text("state"));
  if (!id || !state) throw std::invalid_argument("id or state");
  Download download;
  download.id = *id;
  download.state = *state;
  download.owner = from.at("owner").get<std::uint32_t>();
  download.uri = bytes("uri");
  download.path = bytes("path");
  download.no_progress_s = from.at("no_progress_s").get<std::uint64_t>();
  download.error = from.at("error").get<Code>();
  download.extended = from.at("extended").get<Code>();
  download.total = from.at("total").get<Bytes>();
  download.transferred = from.at("transferred").get<Bytes>();
  download.created = time_of(from.at("created_ms").get<std::int64_t>());
  download.touched = time_of(from.at("touched_ms").get<std::int64_t>());
  if (from.contains("inode")) {
    download.file = {from.at("device").get<std::uint64_t>(), from.at("inode").get<std::uint64_t>()};
  }
  if (from.contains("job")) download.job = job_id_from_string(text("job"));
  return download;
}

tl::unexpected<Error> corrupt(std::string why) {
  return fail(Errc::store_corrupt, "download", std::move(why));
}

}  // namespace

std::string to_text(Download const& download) {
  JsonWriter to;
  to.begin_object().field("version", kVersion).field("id", to_string(download.id));
  to.field("state", name(download.state)).field("owner", std::uint64_t{download.owner});
  to.field("uri", in_base64(download.uri)).field("path", in_base64(download.path));
  to.field("no_progress_s", download.no_progress_s);
  to.key("error").raw(std::to_string(download.error));
  to.key("extended").raw(std::to_string(download.extended));
  to.field("total", download.total).field("transferred", download.transferred);
  to.key("created_ms").raw(std::to_string(download.created.time_since_epoch().count()));
  to.key("touched_ms").raw(std::to_string(download.touched.time_since_epoch().count()));
  if (download.file) {
    to.field("device", download.file->device).field("inode", download.file->inode);
  }
  if (download.job) to.field("job", to_string(*download.job));
  return to.end_object().take() + "\n";
}

Result<Download> read_record(std::string_view text) {
  if (text.size() > kRecordBytesMax) return corrupt("is too large");
  auto const parsed = Json::parse(text, nullptr, false);
  if (!parsed.is_object()) return corrupt("is no JSON object");
  auto const version = parsed.find("version");
  if (version == parsed.end() || !version->is_number_unsigned()) return corrupt("has no version");
  if (*version > kVersion) {
    return fail(Errc::store_too_new, "download", "was written by a newer agent");
  }
  try {
    return read(parsed);
  } catch (std::exception const& error) {
    return corrupt(error.what());
  }
}

}  // namespace freshet::doagent
