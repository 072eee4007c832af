#!/usr/bin/env bash
# Builds Freshet and runs its tests. Installs the Debian packages that are missing.
#
#   ./check.sh [dev] [LABEL...]  build, and every test that a bare machine with 2 cores can run
#   ./check.sh asan  [LABEL...]  the same with address and undefined behaviour sanitizers
#   ./check.sh tsan  [LABEL...]  the same with the thread sanitizer
#   ./check.sh clang [LABEL...]  the same with clang
#   ./check.sh fuzz  [SECONDS]   libFuzzer on every parser, SECONDS (60) of processor time on each
#   ./check.sh tidy              house rules on the tree, clang-tidy on the files changed since main
#   ./check.sh bench             speed beside curl and aria2 (see bench/speed/README.md)
#   ./check.sh chaos [ROUNDS]    faults that strike a daemon, each ROUNDS (100) times: a table
#   ./check.sh night [SEEDS]     simulations of transfers, crowds, crashes and the node, SEEDS (1,000,000) of each
#   ./check.sh all               dev, tidy, asan, tsan, clang, fuzz
#
# A LABEL is a kind of test: unit, sim, integration, e2e, install, fuzz, tidy. Only those are then
# built and run. JOBS=N sets how many processes run at once.
set -euo pipefail
cd "$(dirname "$0")"
jobs=${JOBS:-$(nproc)}

usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; }
packages() { cmake/install_packages.sh "$@"; }

configure() {
  local preset=$1
  shift
  echo "== $preset: configure"
  cmake --preset "$preset" "$@" >"build/$preset.configure.log" 2>&1 || {
    cat "build/$preset.configure.log"
    return 1
  }
}

# PRESET [LABEL...]
build_and_test() {
  local preset=$1
  shift
  local targets=(all all_verify_interface_header_sets) only=()
  if (($#)); then
    targets=("${@/#/tests_}")
    only=(-L "^($(IFS='|' && echo "$*"))\$")
  fi
  configure "$preset" -DBUILD_TESTING=ON
  echo "== $preset: build"
  cmake --build --preset "$preset" -j "$jobs" --target "${targets[@]}"
  echo "== $preset: test"
  ctest --preset "$preset" -j "$jobs" "${only[@]}" --no-tests=error && return
  # Many are about time, and share two cores: what fails must fail alone too.
  echo "== $preset: once more, one after the other, what failed beside others"
  ctest --preset "$preset" -j 1 --rerun-failed
}

fuzz() {
  packages build test clang
  configure fuzz -DBUILD_TESTING=ON
  cmake --build --preset fuzz -j "$jobs" --target tests_fuzz
  python3 tests/fuzz/fuzz.py build/fuzz --jobs "$jobs" --seconds "${1:-60}" "${@:2}"
}

tidy() {
  packages build test clang optional
  python3 tests/tidy/tidy.py .
  configure clang -DBUILD_TESTING=ON
  local base changed
  base=$(git merge-base HEAD origin/main 2>/dev/null || git rev-parse 'HEAD~1')
  mapfile -t changed < <(git diff --name-only --diff-filter=d "$base" -- '*.cpp')
  echo "== clang-tidy: ${#changed[@]} files changed since ${base:0:12}"
  ((${#changed[@]})) || return 0
  printf '%s\0' "${changed[@]}" | xargs -0 -n 1 -P "$jobs" clang-tidy --quiet -p build/clang
}

chaos() {
  packages build test
  configure dev -DBUILD_TESTING=ON
  cmake --build --preset dev -j "$jobs" --target freshetd freshet_failing_disk freshet_jumping_clock
  local built
  built=$(realpath build/dev)
  FRESHETD=$built/api/daemon/freshetd \
    FRESHET_FAILING_DISK=$built/tests/libfreshet_failing_disk.so \
    FRESHET_JUMPING_CLOCK=$built/tests/libfreshet_jumping_clock.so \
    python3 -B tests/chaos/chaos.py --rounds "${1:-100}" "${@:2}"
}

night() {
  packages build test
  configure release -DBUILD_TESTING=ON
  cmake --build --preset release -j "$jobs" --target transfer_sim weather_sim crash_sim node_sim
  python3 tests/sim/night.py build/release/tests/sim/{transfer,weather,crash,node}_sim --seeds "${1:-1000000}" "${@:2}"
}

bench() {
  packages build test bench
  configure release -DBUILD_TESTING=ON
  cmake --build --preset release -j "$jobs" --target freshet
  python3 bench/speed/speed.py --freshet "$(find build/release -name freshet -type f -perm -u+x)" "$@"
}

mode=${1:-dev}
(($# == 0)) || shift
mkdir -p build
case $mode in
  dev | asan | tsan)
    packages build test packages optional
    build_and_test "$mode" "$@"
    ;;
  clang)
    packages build test packages optional clang
    build_and_test clang "$@"
    ;;
  unit | sim | integration | e2e | install)
    packages build test packages optional
    build_and_test dev "$mode" "$@"
    ;;
  fuzz) fuzz "$@" ;;
  tidy) tidy ;;
  chaos) chaos "$@" ;;
  night) night "$@" ;;
  bench) bench "$@" ;;
  all)
    for each in dev tidy asan tsan clang fuzz; do "./check.sh" "$each"; done
    ;;
  help | -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
