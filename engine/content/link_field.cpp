#include "engine/content/link_field.h"

#include <algorithm>
#include <charconv>

namespace freshet {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

bool is_token(char c) {
  bool const alphanumeric =
      (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return alphanumeric || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    auto const size = std::min(text.find(' '), text.size());
    if (size > 0) out.push_back(lower(text.substr(0, size)));
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return out;
}

class LinkReader {
 public:
  explicit LinkReader(std::string_view text) : rest_(text) {}

  bool read(std::vector<Link>& links) {
    for (skip_list(); !rest_.empty(); skip_list()) {
      Link link;
      bool anchored = false;
      if (!read_link(link, anchored)) return false;
      if (!anchored && links.size() < kLinksMax) links.push_back(std::move(link));
      skip_space();
      if (!rest_.empty() && !rest_.starts_with(',')) return false;
    }
    return true;
  }

 private:
  struct Parameter {
    std::string name;
    std::string value;
  };

  void skip_space() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }

  // Empty list elements are ignored (RFC 9110 §5.6.1).
  void skip_list() {
    while (!rest_.empty() && (is_space(rest_.front()) || rest_.front() == ',')) {
      rest_.remove_prefix(1);
    }
  }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool read_link(Link& link, bool& anchored) {
    auto const end = rest_.find('>');
    if (!take('<') || end == std::string_view::npos) return false;
    link.target = rest_.substr(0, end - 1);
    rest_.remove_prefix(end);
    bool related = false;
    for (skip_space(); take(';'); skip_space()) {
      Parameter parameter;
      skip_space();
      if (rest_.empty() || rest_.front() == ',' || rest_.front() == ';') continue;
      if (!read_parameter(parameter)) return false;
      // Of several "rel" the first counts (RFC 8288 §3.3).
      if (parameter.name == "rel" && !std::exchange(related, true)) {
        link.relations = words(parameter.value);
      }
      anchored |= parameter.name == "anchor";
      apply(parameter, link);
    }
    return true;
  }

  static void apply(Parameter const& parameter, Link& link) {
    if (parameter.name == "type") {
      auto const type = std::string_view(parameter.value);
      link.type = lower(type.substr(0, type.find_first_of("; \t")));
    }
    if (parameter.name == "pri") {
      auto const& text = parameter.value;
      unsigned value = 0;
      auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      bool const whole = error == std::errc{} && end == text.data() + text.size();
      if (whole && value >= 1 && value <= 999'999) link.priority = value;
    }
  }

  bool read_parameter(Parameter& parameter) {
    parameter.name = lower(token());
    if (parameter.name.empty()) return false;
    skip_space();
    if (!take('=')) return true;
    skip_space();
    if (rest_.starts_with('"')) return quoted(parameter.value);
    parameter.value = token();
    return !parameter.value.empty();
  }

  std::string_view token() {
    // Media types come unquoted too ("type=text/html"), against the grammar but often.
    auto const allowed = [](char c) { return is_token(c) || c == '/' || c == ':'; };
    auto const size =
        static_cast<std::size_t>(std::ranges::find_if_not(rest_, allowed) - rest_.begin());
    auto const text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

  bool quoted(std::string& value) {
    take('"');
    while (!rest_.empty() && rest_.front() != '"') {
      take('\\');
      if (rest_.empty()) return false;
      value += rest_.front();
      rest_.remove_prefix(1);
    }
    return take('"');
  }

  std::string_view rest_;
};

std::vector<std::string> absolute_urls(std::vector<Link> const& links, Url const& base) {
  std::vector<std::string> urls;
  for (auto const& link : links) {
    auto const url = resolve_url(base, link.target);
    if (url && std::ranges::find(urls, to_string(*url)) == urls.end()) {
      urls.push_back(to_string(*url));
    }
  }
  return urls;
}

}  // namespace

bool Link::is(std::string_view relation) const {
  return std::ranges::find(relations, relation) != relations.end();
}

std::optional<std::vector<Link>> parse_link_field(std::string_view value) {
  std::vector<Link> links;
  if (value.size() > kLinkFieldBytesMax || !LinkReader(value).read(links)) return std::nullopt;
  return links;
}

std::vector<std::string> manifest_urls(std::string_view value, Url const& base) {
  auto links = parse_link_field(value).value_or(std::vector<Link>{});
  std::erase_if(links, [](Link const& link) {
    return !link.is("describedby") || link.type != "application/x-bittorrent";
  });
  return absolute_urls(links, base);
}

std::vector<std::string> mirror_urls(std::string_view value, Url const& base) {
  auto links = parse_link_field(value).value_or(std::vector<Link>{});
  std::erase_if(links, [](Link const& link) { return !link.is("duplicate"); });
  std::ranges::stable_sort(links, {}, &Link::priority);
  return absolute_urls(links, base);
}

}  // namespace freshet
