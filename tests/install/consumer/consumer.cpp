// Downloads one file: consumer embedded DATA_DIRECTORY URL FILE, or connected SOCKET URL FILE
#include <freshet/client.h>

#include <cstdio>
#include <cstring>
#include <string>

namespace {

freshet::Result<freshet::Client> client_of(std::string const& kind, std::string const& place) {
  if (kind == "connected") return freshet::Client::connect({.socket = place});
  freshet::Options options;
  options.data_dir = place;
  options.workers = 1;
  return freshet::Client::open(std::move(options));
}

freshet::Result<freshet::Completion> download(freshet::Client& client, std::string const& url,
                                              std::string const& path) {
  freshet::FileSpec file;
  file.urls = {url};
  file.path = path;
  freshet::JobSpec spec;
  spec.name = "consumer";
  auto const job = client.start(spec, {file});
  if (!job) return freshet::unexpected(job.error());
  auto const done = client.wait(*job);
  if (!done) return freshet::unexpected(done.error());
  if (done->state != freshet::JobState::transferred) {
    auto const report = client.error(*job);
    return freshet::fail(freshet::Errc::invalid_state, std::string(to_string(done->state)),
                         report ? std::string(to_string(report->context)) : "");
  }
  return client.complete(*job);
}

int failed(freshet::Error const& error) {
  std::fprintf(stderr, "%s: %s\n", std::string(name(error.code)).c_str(), describe(error).c_str());
  return 1;
}

}  // namespace

int main(int count, char** words) {
  if (count != 5) return 2;
  auto client = client_of(words[1], words[2]);
  if (!client) return failed(client.error());
  auto const completion = download(*client, words[3], words[4]);
  if (!completion) return failed(completion.error());
  std::printf("%s\n", words[4]);
  return 0;
}
