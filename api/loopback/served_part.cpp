#include "api/loopback/served_part.h"

#include "api/node/http/ranges.h"

namespace freshet::loopback {

ServedPart served_part(FileRequest const& request, Bytes length, std::string_view tag) {
  ServedPart part{200, {0, length}, "Accept-Ranges: bytes\r\n"};
  part.fields.append("ETag: ").append(tag).append("\r\n");
  bool const same = request.if_range.empty() || request.if_range == tag;
  auto const specs = same ? node::parse_ranges(request.range) : std::nullopt;
  if (specs && specs->size() == 1) {
    auto const ranges = node::satisfied(*specs, length);
    part.status = ranges.empty() ? 416 : 206;
    part.range = ranges.empty() ? ByteRange{} : ranges.front();
    auto const which =
        ranges.empty() ? node::unsatisfied_range(length) : node::content_range(part.range, length);
    part.fields.append("Content-Range: ").append(which).append("\r\n");
  }
  part.fields.append("Content-Length: ").append(std::to_string(part.range.size())).append("\r\n");
  return part;
}

}  // namespace freshet::loopback
