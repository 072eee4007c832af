// Objects of before: their bytes are found when they are asked for.
#include <algorithm>
#include <utility>

#include "api/node/desk/desk.h"
#include "api/node/desk/upstream_head.h"

namespace freshet::node {

// The store may have given up what still counts as on its way.
void Desk::end_failed_fill(Object const& object) {
  auto const found = fills_.find(object.record.id);
  if (found == fills_.end() || !object.body) return;
  found->second.fill->stop();
  fail_fill(found->second, object.body->failure().value_or(Error{Errc::cancelled, {}, {}}));
}

void Desk::load(RequestPtr const& request, ObjectPtr const& object) {
  end_failed_fill(*object);
  auto& waiting = loads_[object->record.id];
  waiting.push_back(request);
  if (waiting.size() > 1) return;
  auto const& record = object->record;
  if (record.spool == SpoolId::none) {
    auto bytes = index_.body(record.id);
    if (!bytes) return loaded(request->key, object, tl::unexpected(bytes.error()));
    return loaded(request->key, object, Body::of_text(*bytes));
  }
  record.complete ? load_whole(request->key, object) : load_parts(request, object);
}

void Desk::load_whole(std::string const& key, ObjectPtr const& object) {
  auto const length = object->record.length.value_or(0);
  ports_.vault.find(object->record.spool, length, [this, key, object](Result<BodyFile> file) {
    ports_.loop.post([this, key, object, file = std::move(file)] {
      if (!file) return loaded(key, object, tl::unexpected(file.error()));
      loaded(key, object, Body::of_file(*file, object->record.length.value_or(0)));
    });
  });
}

void Desk::load_parts(RequestPtr const& request, ObjectPtr const& object) {
  auto const body = std::make_shared<Body>(object->record.length);
  ports_.vault.reopen(
      object->record.spool, body, [this, request, object, body](Result<VaultContent> content) {
        ports_.loop.post([this, request, object, body, content = std::move(content)] {
          if (stopped_) return;
          if (content && content->length == object->record.length) {
            auto const filled = std::make_shared<Object const>(Object{object->record, body});
            go_on_with_parts(request, filled, *content);
            return loaded(request->key, filled, body);
          }
          auto const why = content ? Error{Errc::length_mismatch, {}, {}} : content.error();
          loaded(request->key, object, tl::unexpected(why));
        });
      });
}

// What of it is there is served at once, the rest comes from the origin.
void Desk::go_on_with_parts(RequestPtr const& request, ObjectPtr const& object,
                            VaultContent const& content) {
  auto spec = fill_spec(*request, *object, std::nullopt);
  spec.present = content.present;
  spec.ranges = true;
  begin_fill({nullptr, object, request->key, nullptr, {}, request->route.expected, std::nullopt},
             std::move(spec), std::nullopt);
}

void Desk::loaded(std::string const& key, ObjectPtr const& object,
                  Result<std::shared_ptr<Body>> body) {
  if (stopped_) return;
  auto const waiting = std::exchange(loads_[object->record.id], {});
  loads_.erase(object->record.id);
  if (body) {
    publish(key, std::make_shared<Object const>(Object{object->record, *body}));
  } else {
    ports_.log.write(LogLevel::warn, "object dropped",
                     {{"url", redact(key)}, {"why", describe(body.error())}});
    unpublish(key, object->record.id);
  }
  for (auto const& request : waiting) handle(request);
}

void Desk::on_damaged(SpoolId spool) {
  if (stopped_) return;
  for (auto& [id, filling] : fills_) {
    if (filling.object->record.spool == spool) return on_rejected(filling);
  }
  auto const url = index_.url_of(spool);
  // Each wrong piece is told, also after the first has ended the fill: no part is of them.
  if (!url || !*url || has_parts_of(**url, spool)) return;
  ports_.log.write(LogLevel::warn, "object dropped",
                   {{"url", redact(**url)}, {"why", "its stored bytes turned out wrong"}});
  forget(**url);
}

bool Desk::has_parts_of(std::string const& key, SpoolId spool) {
  return std::ranges::any_of(shelf_of(key)->variants, [&](ObjectPtr const& each) {
    return each->record.spool == spool && !each->record.complete;
  });
}

// What was right of it stays. From a fellow that sent something else nothing comes for a while;
// when an origin contradicts what a fellow signed, all of it is forgotten.
void Desk::on_rejected(Filling& filling) {
  if (filling.fellow) fellows_->leave_out(filling.fellow->host);
  filling.fill->stop();
  auto const who = filling.fellow ? "the fellow node " + filling.fellow->host : "the origin";
  fail_fill(filling, {Errc::piece_mismatch, redact(filling.key), who + " sent wrong bytes"});
}

}  // namespace freshet::node
