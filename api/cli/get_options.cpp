#include "api/cli/get_options.h"

#include <CLI/CLI.hpp>

namespace freshet::cli {

namespace {

void add_many(CLI::App& command, char const* name, std::vector<std::string>& to,
              char const* about) {
  command.add_option(name, to, about)->expected(1)->take_all();
}

}  // namespace

void add_file_options(CLI::App& command, GetRequest& request) {
  command.add_option("URL", request.urls, "What to fetch: http or https");
  command.add_option("-i,--input-file", request.input_file,
                     "A file with one URL a line and, on indented lines below it, out=, sha256= "
                     "and the like; - is standard input");
  add_many(command, "--mirror", request.mirrors, "Another URL of the same bytes; may be repeated");
  command.add_option("--manifest", request.manifest,
                     "A .torrent (file or URL) or magnet link that says what the bytes are");
  command.add_option("--sha256", request.sha256, "What the whole file's SHA-256 must be");
  command.add_option(
      "--checksums", request.checksums,
      "A file as sha256sum writes it (SHA256SUMS) that lists every file by its name");
  command.add_option("--content", request.content, "What the content id must be");
  add_many(command, "--range", request.ranges, "FIRST-LAST byte; may be repeated, joined in order");
  command.add_option("-o,--output", request.output, "Where the file goes");
  command.add_option("-d,--directory", request.directory,
                     "Where files go that are named by their URL");
}

void add_job_options(CLI::App& command, GetRequest& request) {
  add_many(command, "--trusted-key", request.trusted_keys,
           "Refuse a manifest that this key did not sign: a minisign public key, or its file; "
           "may be repeated");
  command.add_option("--limit-rate", request.limit_rate, "Bytes per second, as 500K or 1.5M");
  add_many(command, "-H,--header", request.headers, "Sent to the URLs' hosts, as \"Name: value\"");
  command.add_option("--connections", request.connections, "To one source; 0: as many as help");
  command.add_option("--proxy", request.proxy,
                     "A proxy's URL; - is none, whatever the environment says");
  command.add_option("--no-proxy", request.no_proxy,
                     "Hosts to reach without the proxy, with commas between");
  command.add_option("--ca-file", request.ca_file, "Certificates to trust instead of the system's");
  command.add_option(
      "--cert", request.certificate,
      "A certificate (PEM) to show to servers that ask, with its key if --key is not given");
  command.add_option("--key", request.key, "The certificate's key (PEM, without a passphrase)");
  command.add_flag("--allow-downgrade", request.allow_downgrade, "Let https redirect to http");
  command.add_option("--give-up", request.give_up_seconds,
                     "Seconds without progress after which to stop trying (default 60)");
}

}  // namespace freshet::cli
