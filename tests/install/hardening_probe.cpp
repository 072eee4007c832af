// A program with what hardening is for: a buffer on the stack, filled from outside by a length that
// is known only then.
#include <cstdio>
#include <cstring>

namespace {

[[gnu::noinline]] unsigned long digits_of(char const* text) {
  char copy[64];
  std::strcpy(copy, text);
  unsigned long count = 0;
  for (char const* at = copy; *at != '\0'; ++at) count += *at >= '0' && *at <= '9' ? 1UL : 0UL;
  return count;
}

}  // namespace

int main(int count, char** words) {
  for (int i = 1; i < count; ++i) std::printf("%lu\n", digits_of(words[i]));
  return 0;
}
