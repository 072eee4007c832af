// Runs a fuzz entry point without libFuzzer: every seed as it is, then mutations of the seeds that
// are the same in every run. So each compiler's build tries the parsers, and a crash found by
// libFuzzer stays found once its input is among the seeds.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr int kMutations = 20'000;
constexpr int kEditsMax = 4;

std::vector<Input> read_seeds(std::filesystem::path const& folder) {
  std::vector<std::filesystem::path> paths;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);  // The order of a directory differs between machines.
  std::vector<Input> seeds;
  for (auto const& path : paths) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

std::size_t below(std::mt19937& random, std::size_t bound) {
  return random() % bound;
}

// One small change: a byte, a cut, a doubled stretch, or a stretch of another seed.
void edit(Input& input, Input const& other, std::mt19937& random) {
  if (input.empty()) {
    input = other;
    return;
  }
  auto const at = static_cast<std::ptrdiff_t>(below(random, input.size()));
  auto const size = static_cast<std::ptrdiff_t>(
      below(random, std::min<std::size_t>(64, input.size() - static_cast<std::size_t>(at))) + 1);
  switch (below(random, 4)) {
    case 0:
      input[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(random());
      break;
    case 1:
      input.erase(input.begin() + at, input.begin() + at + size);
      break;
    case 2: {
      Input const stretch(input.begin() + at, input.begin() + at + size);
      input.insert(input.begin() + at, stretch.begin(), stretch.end());
      break;
    }
    default: {
      auto const begin = static_cast<std::ptrdiff_t>(below(random, other.size() + 1));
      input.insert(input.begin() + at, other.begin() + begin, other.end());
      break;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s SEEDS\n", argv[0]);
    return 2;
  }
  auto const seeds = read_seeds(argv[1]);
  if (seeds.empty()) {
    std::fprintf(stderr, "no seeds in %s\n", argv[1]);
    return 2;
  }
  for (auto const& seed : seeds) LLVMFuzzerTestOneInput(seed.data(), seed.size());
  std::mt19937 random(1);
  for (int i = 0; i < kMutations; ++i) {
    Input input = seeds[below(random, seeds.size())];
    for (auto edits = below(random, kEditsMax) + 1; edits > 0; --edits) {
      edit(input, seeds[below(random, seeds.size())], random);
    }
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  return 0;
}
