#include "api/doagent/replies.h"

#include "engine/transfer/json_writer.h"

namespace freshet::doagent {

namespace {

std::string reply(std::string_view status, std::string_view body) {
  std::string text("HTTP/1.1 ");
  text.append(status).append("\r\nContent-Length: ").append(std::to_string(body.size()));
  text.append("\r\nServer: Freshet\r\nContent-Type: application/json\r\n\r\n").append(body);
  return text;
}

std::string_view status_of(Code error) {
  if (error == kNotFound) return "404 NotFound";
  if (error == kOutOfMemory) return "503 ServiceUnavailable";
  if (error == kFault) return "500 InternalError";
  return "400 BadRequest";
}

}  // namespace

std::string success(std::string_view json) {
  auto text = reply("200 OK", json);
  return text.size() <= kReplyBytesMax ? text : failure(kDoesNotFit);
}

std::string failure(Code code) {
  JsonWriter to;
  to.begin_object().key("ErrorCode").raw(std::to_string(code)).end_object();
  return reply(status_of(code), to.take());
}

std::string created_json(std::string_view id) {
  return JsonWriter().begin_object().field("Id", id).end_object().take();
}

std::string property_json(std::string_view key, std::string_view value) {
  return JsonWriter().begin_object().field(key, value).end_object().take();
}

std::string status_json(StatusView const& status) {
  JsonWriter to;
  to.begin_object().field("Status", status.state);
  to.field("BytesTotal", std::to_string(status.total));
  to.field("BytesTransferred", std::to_string(status.transferred));
  to.field("ErrorCode", std::to_string(status.error));
  to.field("ExtendedErrorCode", std::to_string(status.extended));
  return to.end_object().take();
}

}  // namespace freshet::doagent
