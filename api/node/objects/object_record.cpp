#include "api/node/objects/object_record.h"

#include "store/codec.h"

namespace freshet::node {

namespace {

using store::Decoder;
using store::Encoder;

constexpr std::uint8_t kObjectsVersion = 1;
constexpr std::uint8_t kSumsVersion = 1;

std::int64_t milliseconds(WallTime time) {
  return time.time_since_epoch().count();
}

void put_head(Encoder& out, StoredHead const& head) {
  out.number(head.status);
  out.number(head.fields.size());
  for (auto const field : head.fields) {
    out.text(field.name);
    out.text(field.value);
  }
  out.text(head.vary_key);
  out.signed_number(milliseconds(head.requested));
  out.signed_number(milliseconds(head.received));
  out.flag(head.suspect);
  out.flag(head.by_digest);
}

StoredHead get_head(Decoder& in) {
  StoredHead head;
  head.status = in.number32();
  for (auto left = in.count(); left > 0 && !in.failed(); --left) {
    auto const name = in.text();
    auto const value = in.text();
    head.fields.add(name, value);
  }
  head.vary_key = in.text();
  head.requested = WallTime{std::chrono::milliseconds{in.signed_number()}};
  head.received = WallTime{std::chrono::milliseconds{in.signed_number()}};
  head.suspect = in.flag();
  head.by_digest = in.flag();
  return head;
}

void put(Encoder& out, ObjectRecord const& record) {
  out.number(static_cast<std::uint64_t>(record.id));
  put_head(out, record.head);
  out.maybe(record.length, [&](Bytes length) { out.number(length); });
  out.number(static_cast<std::uint64_t>(record.spool));
  out.flag(record.complete);
  out.maybe(record.content, [&](ContentId const& content) {
    out.number(content.length);
    out.digest(content.root);
  });
  out.number(record.used);
}

ObjectRecord get(Decoder& in) {
  ObjectRecord record;
  record.id = ObjectId{in.number()};
  record.head = get_head(in);
  record.length = in.maybe([&] { return in.number(); });
  record.spool = SpoolId{in.number()};
  record.complete = in.flag();
  record.content = in.maybe([&] {
    ContentId content;
    content.length = in.number();
    content.root = in.digest();
    return content;
  });
  record.used = in.number();
  return record;
}

}  // namespace

std::string encode(std::vector<ObjectRecord> const& variants) {
  Encoder out;
  out.byte(kObjectsVersion);
  out.number(variants.size());
  for (auto const& record : variants) put(out, record);
  return out.take();
}

Result<std::vector<ObjectRecord>> decode_objects(std::string_view bytes) {
  Decoder in(bytes);
  if (auto const version = store::record_version(in, kObjectsVersion, "objects"); !version) {
    return tl::unexpected(version.error());
  }
  std::vector<ObjectRecord> variants;
  for (auto left = in.count(); left > 0 && !in.failed(); --left) variants.push_back(get(in));
  if (auto const good = in.finish("objects"); !good) return tl::unexpected(good.error());
  return variants;
}

std::string encode(ObjectSums const& sums) {
  Encoder out;
  out.byte(kSumsVersion);
  out.number(sums.bytes);
  out.number(sums.objects);
  out.number(sums.next_id);
  return out.take();
}

Result<ObjectSums> decode_sums(std::string_view bytes) {
  Decoder in(bytes);
  if (auto const version = store::record_version(in, kSumsVersion, "sums of objects"); !version) {
    return tl::unexpected(version.error());
  }
  ObjectSums const sums{in.number(), in.number(), in.number()};
  if (auto const good = in.finish("sums of objects"); !good) return tl::unexpected(good.error());
  return sums;
}

}  // namespace freshet::node
