#include "api/node/http/fields.h"

#include <algorithm>

#include "api/node/http/text.h"

namespace freshet::node {

namespace {

// FNV-1a over the name in lower case.
std::uint32_t hash_of(std::string_view name) {
  std::uint32_t hash = 2'166'136'261U;
  for (char const c : name) hash = (hash ^ static_cast<unsigned char>(lower(c))) * 16'777'619U;
  return hash;
}

}  // namespace

std::string_view Fields::text(std::uint32_t at, std::uint32_t size) const {
  return std::string_view(text_).substr(at, size);
}

bool Fields::named(Entry const& entry, std::uint32_t hash, std::string_view name) const {
  return entry.hash == hash && same_word(text(entry.name_at, entry.name_size), name);
}

Field Fields::operator[](std::size_t index) const {
  auto const& entry = entries_[index];
  return {text(entry.name_at, entry.name_size), text(entry.value_at, entry.value_size)};
}

void Fields::add(std::string_view name, std::string_view value) {
  Entry entry;
  entry.hash = hash_of(name);
  entry.name_at = static_cast<std::uint32_t>(text_.size());
  entry.name_size = static_cast<std::uint32_t>(name.size());
  entry.value_at = entry.name_at + entry.name_size;
  entry.value_size = static_cast<std::uint32_t>(value.size());
  text_.reserve(text_.size() + name.size() + value.size());
  text_.append(name).append(value);
  entries_.push_back(entry);
}

void Fields::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

std::size_t Fields::remove(std::string_view name) {
  auto const hash = hash_of(name);
  return std::erase_if(entries_, [&](Entry const& entry) { return named(entry, hash, name); });
}

void Fields::clear() {
  text_.clear();
  entries_.clear();
}

std::size_t Fields::count(std::string_view name) const {
  auto const hash = hash_of(name);
  return static_cast<std::size_t>(std::ranges::count_if(
      entries_, [&](Entry const& entry) { return named(entry, hash, name); }));
}

std::optional<std::string_view> Fields::first(std::string_view name) const {
  auto const hash = hash_of(name);
  for (auto const& entry : entries_) {
    if (named(entry, hash, name)) return text(entry.value_at, entry.value_size);
  }
  return std::nullopt;
}

bool Fields::has(std::string_view name) const {
  return first(name).has_value();
}

std::optional<std::string_view> Fields::only(std::string_view name) const {
  return count(name) == 1 ? first(name) : std::nullopt;
}

std::optional<std::string> Fields::joined(std::string_view name) const {
  auto const hash = hash_of(name);
  std::optional<std::string> all;
  for (auto const& entry : entries_) {
    if (!named(entry, hash, name)) continue;
    auto const value = text(entry.value_at, entry.value_size);
    all ? all->append(", ").append(value) : all.emplace(value);
  }
  return all;
}

void Fields::append_to(std::string& out) const {
  for (auto const field : *this) {
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
}

bool Fields::operator==(Fields const& other) const {
  auto const same = [](Field const& a, Field const& b) {
    return same_word(a.name, b.name) && a.value == b.value;
  };
  if (size() != other.size()) return false;
  for (std::size_t i = 0; i < size(); ++i) {
    if (!same((*this)[i], other[i])) return false;
  }
  return true;
}

}  // namespace freshet::node
