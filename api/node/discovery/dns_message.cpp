#include "api/node/discovery/dns_message.h"

#include <algorithm>

#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr std::size_t kLabelMax = 63;
constexpr std::size_t kNameMax = 255;
constexpr std::size_t kEntriesMax = 256;  // Of one message.
constexpr std::uint16_t kInternet = 1;
constexpr std::uint16_t kHighBit = 0x8000;   // Of a class: unicast wanted, or unique.
constexpr std::uint16_t kResponse = 0x8400;  // And authoritative.
constexpr std::uint16_t kNotPlain = 0x7A0F;  // Operation, truncation, error: not for us.
constexpr std::uint8_t kPointer = 0xC0;
constexpr std::size_t kV4At = 12;

void put16(std::string& out, std::size_t number) {
  out += static_cast<char>(number >> 8 & 0xFF);
  out += static_cast<char>(number & 0xFF);
}

void put32(std::string& out, std::uint32_t number) {
  put16(out, number >> 16);
  put16(out, number & 0xFFFF);
}

void put_text(std::string& out, std::string_view text, std::size_t most) {
  text = text.substr(0, most);
  out += static_cast<char>(text.size());
  out += text;
}

void put_name(std::string& out, DnsName const& name) {
  for (auto const& label : name) put_text(out, label, kLabelMax);
  out += '\0';
}

std::string data_of(DnsRecord const& record) {
  std::string out;
  if (record.type == DnsType::a) {
    for (auto at = kV4At; at < record.address.bytes.size(); ++at) {
      out += static_cast<char>(record.address.bytes[at]);
    }
  } else if (record.type == DnsType::txt) {
    for (auto const& text : record.texts) put_text(out, text, 255);
    if (record.texts.empty()) out += '\0';
  } else {
    if (record.type == DnsType::srv) {
      put32(out, 0);  // Priority and weight.
      put16(out, record.port);
    }
    put_name(out, record.target);
  }
  return out;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::uint16_t number16() {
    auto const two = take(2);
    return static_cast<std::uint16_t>(byte(two, 0) << 8 | byte(two, 1));
  }
  std::uint32_t number32() {
    std::uint32_t const high = number16();
    return high << 16 | number16();
  }
  std::string_view take(std::size_t size) {
    if (size > bytes_.size() - at_) failed_ = true;
    if (failed_) return {};
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  DnsName name() {
    DnsName name;
    auto const [end, whole] = read_name(name);
    failed_ = failed_ || !whole;
    if (!failed_) at_ = end;
    return name;
  }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  static unsigned byte(std::string_view text, std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
  }
  struct Read {
    std::size_t end = 0;
    bool whole = false;
  };
  // A pointer leads back before the name or pointer that it stands in, so that it comes to an end.
  Read read_name(DnsName& name) const {
    Read read;
    std::size_t at = at_;
    std::size_t before = at_;
    std::size_t size = 0;
    while (at < bytes_.size()) {
      auto const length = byte(bytes_, at);
      if ((length & kPointer) == kPointer) {
        if (at + 2 > bytes_.size()) return {};
        std::size_t const to =
            (length & ~static_cast<unsigned>(kPointer)) << 8 | byte(bytes_, at + 1);
        if (to >= before) return {};
        if (read.end == 0) read.end = at + 2;
        at = before = to;
        continue;
      }
      if (length > kLabelMax || at + 1 + length > bytes_.size()) return {};
      if (length == 0) return {read.end == 0 ? at + 1 : read.end, true};
      size += length + 1;
      if (size > kNameMax) return {};
      name.emplace_back(bytes_.substr(at + 1, length));
      at += 1 + length;
    }
    return {};
  }

  std::string_view const bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

DnsQuestion read_question(Reader& in) {
  DnsQuestion question;
  question.name = in.name();
  question.type = static_cast<DnsType>(in.number16());
  question.unicast = (in.number16() & kHighBit) != 0;
  return question;
}

void read_texts(std::string_view data, std::vector<std::string>& texts) {
  while (!data.empty()) {
    auto const size = static_cast<unsigned char>(data.front());
    auto const text = data.substr(1, size);
    data.remove_prefix(std::min<std::size_t>(1U + size, data.size()));
    if (!text.empty()) texts.emplace_back(text);
  }
}

// Nothing: it is of a type that is not known here.
std::optional<DnsRecord> read_record(Reader& in) {
  DnsRecord record;
  record.name = in.name();
  record.type = static_cast<DnsType>(in.number16());
  record.unique = (in.number16() & kHighBit) != 0;
  record.ttl = in.number32();
  auto const size = in.number16();
  auto const end = in.at() + size;
  if (record.type == DnsType::ptr) {
    record.target = in.name();
  } else if (record.type == DnsType::srv) {
    in.take(4);
    record.port = in.number16();
    record.target = in.name();
  } else {
    auto const data = in.take(size);
    if (record.type == DnsType::txt) {
      read_texts(data, record.texts);
    } else if (record.type == DnsType::a && data.size() == 4) {
      auto const* const first = reinterpret_cast<std::uint8_t const*>(data.data());
      record.address = *address_of({first, data.size()});
    } else {
      return std::nullopt;
    }
  }
  if (in.at() != end) in.take(SIZE_MAX);  // The length is wrong: so is the rest.
  return record;
}

}  // namespace

bool same_name(DnsName const& a, DnsName const& b) {
  return std::ranges::equal(a, b, [](auto const& x, auto const& y) { return same_word(x, y); });
}

std::string write_dns(DnsMessage const& message) {
  std::string out;
  put16(out, message.id);
  put16(out, message.response ? kResponse : 0U);
  put16(out, message.questions.size());
  put16(out, message.records.size());
  put32(out, 0);
  for (auto const& question : message.questions) {
    put_name(out, question.name);
    put16(out, static_cast<std::uint16_t>(question.type));
    put16(out, kInternet | (question.unicast ? kHighBit : 0U));
  }
  for (auto const& record : message.records) {
    put_name(out, record.name);
    put16(out, static_cast<std::uint16_t>(record.type));
    put16(out, kInternet | (record.unique ? kHighBit : 0U));
    put32(out, record.ttl);
    auto const data = data_of(record);
    put16(out, data.size());
    out += data;
  }
  return out;
}

std::optional<DnsMessage> parse_dns(std::string_view bytes) {
  Reader in(bytes);
  DnsMessage message;
  message.id = in.number16();
  auto const flags = in.number16();
  message.response = (flags & 0x8000) != 0;
  std::size_t const questions = in.number16();
  std::size_t records = in.number16();
  records += in.number16();
  records += in.number16();
  if (in.failed() || (flags & kNotPlain) != 0 || questions + records > kEntriesMax) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < questions && !in.failed(); ++i) {
    message.questions.push_back(read_question(in));
  }
  for (std::size_t i = 0; i < records && !in.failed(); ++i) {
    if (auto record = read_record(in)) message.records.push_back(std::move(*record));
  }
  if (in.failed()) return std::nullopt;
  return message;
}

}  // namespace freshet::node
