#include "api/cli/get_request.h"

#include <fstream>
#include <iostream>
#include <sstream>

#include "api/cli/settings.h"
#include "api/cli/text.h"
#include "api/client/manifests.h"
#include "api/client/trusted_keys.h"
#include "engine/base/url.h"

namespace freshet::cli {

namespace {

constexpr std::size_t kInputLinesMax = 20'000;
constexpr std::size_t kNameCharsMax = 256;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int const high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    int const low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

Result<FileSpec> file_for(std::string const& url, std::string const& path,
                          std::string const& directory) {
  FileSpec file;
  if (!url.empty()) file.urls.push_back(url);
  if (!path.empty()) {
    file.path = absolute(path.starts_with('/') ? path : directory + "/" + path);
    return file;
  }
  auto const name = file_name_of(url);
  if (!name) return tl::unexpected(name.error());
  file.path = absolute(directory + "/" + *name);
  return file;
}

Result<void> read_lines(std::istream& lines, GetRequest const& request,
                        std::vector<FileSpec>& files) {
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string url;
    std::string path;
    words >> url >> std::ws;
    if (url.empty() || url.starts_with('#')) continue;
    std::getline(words, path);
    while (path.ends_with('\r') || path.ends_with(' ')) path.pop_back();
    auto file = file_for(url, path, request.directory);
    if (!file) return tl::unexpected(file.error());
    files.push_back(std::move(*file));
    if (files.size() > kInputLinesMax) {
      return fail(Errc::limit_reached, request.input_file, "has more than 20000 URLs");
    }
  }
  return {};
}

Result<void> read_input(GetRequest const& request, std::vector<FileSpec>& files) {
  if (request.input_file.empty()) return {};
  if (request.input_file == "-") return read_lines(std::cin, request, files);
  std::ifstream lines(request.input_file);
  if (!lines) return fail(Errc::not_found, request.input_file, "cannot be read");
  return read_lines(lines, request, files);
}

Result<std::vector<FileSpec>> plan_files(GetRequest const& request) {
  std::vector<FileSpec> files;
  auto const& urls = request.urls;
  if (urls.empty() && !request.manifest.empty() && !request.output.empty()) {
    files.push_back(*file_for("", request.output, request.directory));
  }
  for (auto const& url : urls) {
    auto file = file_for(url, urls.size() == 1 ? request.output : "", request.directory);
    if (!file) return tl::unexpected(file.error());
    files.push_back(std::move(*file));
  }
  if (auto read = read_input(request, files); !read) return tl::unexpected(read.error());
  return files;
}

bool names_one_file(GetRequest const& request) {
  return !request.output.empty() || !request.sha256.empty() || !request.content.empty() ||
         !request.manifest.empty() || !request.mirrors.empty() || !request.ranges.empty();
}

tl::unexpected<Error> wrong(std::string option, std::string why) {
  return fail(Errc::invalid_argument, std::move(option), std::move(why));
}

Result<void> identify(GetRequest const& request, FileSpec& file) {
  file.urls.insert(file.urls.end(), request.mirrors.begin(), request.mirrors.end());
  if (!request.sha256.empty()) {
    file.sha256 = digest_from_hex(request.sha256);
    if (!file.sha256) return wrong("--sha256", "is not 64 hexadecimal digits");
  }
  if (!request.content.empty()) {
    file.content = content_id_from_string(request.content);
    if (!file.content) return wrong("--content", "is no content id (LENGTH-ROOT)");
  }
  if (!request.manifest.empty()) {
    auto const& manifest = request.manifest;
    bool const remote =
        manifest.find("://") != std::string::npos || manifest.starts_with("magnet:");
    file.manifest = remote ? manifest : absolute(manifest);
    // Here already, so that the same command finds the job it left.
    if (auto resolved = resolve_magnet(file); !resolved) return resolved;
  }
  for (auto const& text : request.ranges) {
    auto const range = parse_range(text);
    if (!range) return wrong("--range " + text, "is not FIRST-LAST");
    file.ranges.push_back(*range);
  }
  return {};
}

Result<Header> parse_header(std::string const& text) {
  auto const colon = text.find(':');
  if (colon == std::string::npos) return wrong("--header", "has no colon");
  auto const value = text.find_first_not_of(' ', colon + 1);
  return Header{text.substr(0, colon), value == std::string::npos ? "" : text.substr(value)};
}

std::string job_name(std::vector<FileSpec> const& files) {
  auto const& first = files.front();
  auto name = first.path.substr(first.path.rfind('/') + 1);
  if (files.size() > 1) name += " and " + std::to_string(files.size() - 1) + " more";
  return name.substr(0, kNameCharsMax);
}

Result<JobSpec> plan_job(GetRequest const& request) {
  JobSpec job;
  for (auto const& text : request.headers) {
    auto header = parse_header(text);
    if (!header) return tl::unexpected(header.error());
    job.headers.push_back(std::move(*header));
  }
  if (!request.limit_rate.empty()) {
    auto const limit = parse_size(request.limit_rate);
    if (!limit || *limit == 0) return wrong("--limit-rate", "is no rate (as 500K or 1.5M)");
    job.limit = {*limit};
  }
  if (!(request.give_up_seconds > 0) || request.give_up_seconds > 1e6) {
    return wrong("--give-up", "is no number of seconds above 0");
  }
  job.no_progress_timeout =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(request.give_up_seconds));
  for (auto const& text : request.trusted_keys) {
    auto key = read_public_key(text);
    if (!key) return wrong("--trusted-key " + text, key.error().why);
    job.signed_by.push_back(std::move(*key));
  }
  job.connections = request.connections;
  job.proxy = request.proxy;
  job.ca_file = request.ca_file.empty() ? "" : absolute(request.ca_file);
  job.allow_downgrade = request.allow_downgrade;
  return job;
}

}  // namespace

Result<std::string> file_name_of(std::string const& url) {
  auto const parsed = parse_url(url);
  if (!parsed) return tl::unexpected(parsed.error());
  auto const name = percent_decoded(parsed->path.substr(parsed->path.rfind('/') + 1));
  bool const usable = !name.empty() && name != "." && name != ".." && name.size() <= 255 &&
                      name.find('/') == std::string::npos && printable(name) == name;
  if (!usable) return fail(Errc::invalid_argument, redact(url), "names no file: give -o PATH");
  return name;
}

Result<GetPlan> plan_get(GetRequest const& request) {
  auto files = plan_files(request);
  if (!files) return tl::unexpected(files.error());
  if (files->empty()) return wrong("URL", "is missing");
  if (files->size() > 1 && names_one_file(request)) {
    return wrong("-o, --sha256, --content, --manifest, --mirror, --range",
                 "belong to one file, and several URLs are given");
  }
  if (files->size() == 1) {
    if (auto done = identify(request, files->front()); !done) return tl::unexpected(done.error());
  }
  auto job = plan_job(request);
  if (!job) return tl::unexpected(job.error());
  job->name = job_name(*files);
  return GetPlan{std::move(*job), std::move(*files)};
}

}  // namespace freshet::cli
