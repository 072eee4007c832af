#include "api/cli/get_request.h"

#include <fstream>
#include <iostream>

#include "api/cli/checksum_list.h"
#include "api/cli/input_list.h"
#include "api/cli/settings.h"
#include "api/cli/text.h"
#include "api/client/manifests.h"
#include "api/client/trusted_keys.h"
#include "api/small_file.h"
#include "engine/base/client_certificate.h"
#include "engine/base/url.h"

namespace freshet::cli {

namespace {

constexpr std::size_t kNameCharsMax = 256;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
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

// What is said of one file, on the command line or in a list.
struct Said {
  std::string const& sha256;
  std::string const& content;
  std::string const& manifest;
  std::string prefix;  // Of the names of these options.
};

Result<void> identify(Said const& said, FileSpec& file) {
  if (!said.sha256.empty()) {
    file.sha256 = digest_from_hex(said.sha256);
    if (!file.sha256) return wrong_option(said.prefix + "sha256", "is not 64 hexadecimal digits");
  }
  if (!said.content.empty()) {
    file.content = content_id_from_string(said.content);
    if (!file.content)
      return wrong_option(said.prefix + "content", "is no content id (LENGTH-ROOT)");
  }
  if (said.manifest.empty()) return {};
  bool const remote =
      said.manifest.find("://") != std::string::npos || said.manifest.starts_with("magnet:");
  file.manifest = remote ? said.manifest : absolute(said.manifest);
  // Here already, so that the same command finds the job it left.
  return resolve_magnet(file);
}

Result<void> add_listed(std::istream& lines, GetRequest const& request,
                        std::vector<FileSpec>& files) {
  auto const listed = read_list(lines, request.input_file);
  if (!listed) return tl::unexpected(listed.error());
  for (auto const& one : *listed) {
    auto const& directory = one.directory.empty() ? request.directory : one.directory;
    auto file = file_for(one.urls.front(), one.path, directory);
    if (!file) return tl::unexpected(file.error());
    file->urls = one.urls;
    auto const prefix = request.input_file + ": " + one.urls.front() + ": ";
    if (auto done = identify({one.sha256, one.content, one.manifest, prefix}, *file); !done) {
      return done;
    }
    files.push_back(std::move(*file));
  }
  return {};
}

Result<void> read_input(GetRequest const& request, std::vector<FileSpec>& files) {
  if (request.input_file.empty()) return {};
  if (request.input_file == "-") return add_listed(std::cin, request, files);
  std::ifstream lines(request.input_file);
  if (!lines) return fail(Errc::not_found, request.input_file, "cannot be read");
  return add_listed(lines, request, files);
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

// What a file's own options say of its SHA-256 must not differ.
Result<void> take_checksums(std::string const& name, std::vector<FileSpec>& files) {
  std::ifstream lines(name);
  if (!lines) return fail(Errc::not_found, name, "cannot be read");
  auto const list = ChecksumList::read(lines, name);
  if (!list) return tl::unexpected(list.error());
  for (auto& file : files) {
    auto const url = file.urls.empty() ? std::string() : file.urls.front();
    auto const digest = list->of(url);
    if (!digest) return wrong_option("--checksums " + name, "does not list " + redact(url));
    if (file.sha256 && *file.sha256 != *digest) {
      return wrong_option("--checksums " + name, "gives " + redact(url) + " another SHA-256");
    }
    file.sha256 = digest;
  }
  return {};
}

bool names_one_file(GetRequest const& request) {
  return !request.output.empty() || !request.sha256.empty() || !request.content.empty() ||
         !request.manifest.empty() || !request.mirrors.empty() || !request.ranges.empty();
}

Result<void> identify(GetRequest const& request, FileSpec& file) {
  file.urls.insert(file.urls.end(), request.mirrors.begin(), request.mirrors.end());
  auto const said = identify({request.sha256, request.content, request.manifest, "--"}, file);
  if (!said) return said;
  for (auto const& text : request.ranges) {
    auto const range = parse_range(text);
    if (!range) return wrong_option("--range " + text, "is not FIRST-LAST");
    file.ranges.push_back(*range);
  }
  return {};
}

Result<Header> parse_header(std::string const& text) {
  auto const colon = text.find(':');
  if (colon == std::string::npos) return wrong_option("--header", "has no colon");
  auto const value = text.find_first_not_of(' ', colon + 1);
  return Header{text.substr(0, colon), value == std::string::npos ? "" : text.substr(value)};
}

std::string job_name(std::vector<FileSpec> const& files) {
  auto const& first = files.front();
  auto name = first.path.substr(first.path.rfind('/') + 1);
  if (files.size() > 1) name += " and " + std::to_string(files.size() - 1) + " more";
  return name.substr(0, kNameCharsMax);
}

// With the rights of this process: the daemon is given the text.
Result<std::string> read_certificate(GetRequest const& request) {
  if (request.certificate.empty()) {
    if (request.key.empty()) return std::string();
    return wrong_option("--key", "needs --cert");
  }
  std::string pem;
  for (auto const& path : {request.certificate, request.key}) {
    if (path.empty()) continue;
    auto text = read_small_file(path, kClientCertificateBytesMax);
    if (!text) return text;
    pem += *text + "\n";
  }
  auto const checked = check_client_certificate(pem);
  if (!checked) return tl::unexpected(checked.error());
  return pem;
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
    if (!limit || *limit == 0) return wrong_option("--limit-rate", "is no rate (as 500K or 1.5M)");
    job.limit = {*limit};
  }
  if (!(request.give_up_seconds > 0) || request.give_up_seconds > 1e6) {
    return wrong_option("--give-up", "is no number of seconds above 0");
  }
  job.no_progress_timeout =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(request.give_up_seconds));
  for (auto const& text : request.trusted_keys) {
    auto key = read_public_key(text);
    if (!key) return wrong_option("--trusted-key " + text, key.error().why);
    job.signed_by.push_back(std::move(*key));
  }
  job.connections = request.connections;
  job.proxy = request.proxy;
  job.ca_file = request.ca_file.empty() ? "" : absolute(request.ca_file);
  job.allow_downgrade = request.allow_downgrade;
  job.http.no_proxy = request.no_proxy;
  auto certificate = read_certificate(request);
  if (!certificate) return tl::unexpected(certificate.error());
  job.http.client_certificate = std::move(*certificate);
  return job;
}

}  // namespace

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

Result<std::string> file_name_of(std::string const& url) {
  auto const parsed = parse_url(url);
  if (!parsed) return tl::unexpected(parsed.error());
  auto const name = percent_decoded(parsed->path.substr(parsed->path.rfind('/') + 1));
  bool const usable = !name.empty() && name != "." && name != ".." && name.size() <= 255 &&
                      name.find('/') == std::string::npos && printable(name) == name;
  if (!usable) return fail(Errc::invalid_argument, redact(url), "names no file: give -o PATH");
  return name;
}

Result<GetPlan> plan_empty(GetRequest const& request) {
  auto job = plan_job(request);
  if (!job) return tl::unexpected(job.error());
  return GetPlan{std::move(*job), {}};
}

Result<Priority> parse_priority(std::string const& name) {
  for (auto const priority :
       {Priority::foreground, Priority::high, Priority::normal, Priority::low}) {
    if (to_string(priority) == name) return priority;
  }
  return wrong_option("priority " + name, "is none of foreground, high, normal, low");
}

Result<GetPlan> plan_get(GetRequest const& request) {
  auto files = plan_files(request);
  if (!files) return tl::unexpected(files.error());
  if (files->empty()) return wrong_option("URL", "is missing");
  if (files->size() > 1 && names_one_file(request)) {
    return wrong_option("-o, --sha256, --content, --manifest, --mirror, --range",
                        "belong to one file, and several URLs are given");
  }
  if (files->size() == 1) {
    if (auto done = identify(request, files->front()); !done) return tl::unexpected(done.error());
  }
  if (!request.checksums.empty()) {
    auto const taken = take_checksums(request.checksums, *files);
    if (!taken) return tl::unexpected(taken.error());
  }
  auto job = plan_job(request);
  if (!job) return tl::unexpected(job.error());
  job->name = job_name(*files);
  return GetPlan{std::move(*job), std::move(*files)};
}

}  // namespace freshet::cli
