#include "api/local/answers.h"

#include <boost/beast/http/status.hpp>

#include "api/wire/problem.h"

namespace freshet::local {

Answer json_answer(std::string body, unsigned status) {
  Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

Answer no_content() {
  Answer answer;
  answer.status = 204;
  return answer;
}

Answer problem(Error const& error) {
  return problem(wire::http_status(error.code), error);
}

Answer problem(unsigned status, Error const& error) {
  Answer answer;
  answer.status = status;
  answer.type = wire::kProblemType;
  answer.body = wire::write_problem(error);
  if (status == 401) answer.headers.push_back({"WWW-Authenticate", "Bearer"});
  return answer;
}

Answer too_much(std::string what) {
  auto answer = problem(503, {Errc::limit_reached, std::move(what), "is too much at once"});
  answer.headers.push_back({"Retry-After", "1"});
  return answer;
}

std::string head_of(Answer const& answer, bool keep_alive) {
  namespace http = boost::beast::http;
  auto const reason = http::obsolete_reason(http::int_to_status(answer.status));
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  head.append(reason.data(), reason.size()).append("\r\n");
  bool const bodiless = answer.status == 204 || answer.status == 304;
  if (!bodiless) head += "Content-Type: " + answer.type + "\r\n";
  if (!answer.stream && !bodiless) {
    head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
  }
  for (auto const& field : answer.headers) head += field.name + ": " + field.value + "\r\n";
  head += "Cache-Control: " + answer.cache + "\r\nX-Content-Type-Options: nosniff\r\n";
  if (!keep_alive) head += "Connection: close\r\n";
  return head + "\r\n";
}

}  // namespace freshet::local
