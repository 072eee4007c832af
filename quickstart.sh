#!/usr/bin/env bash
# Builds Freshet and runs it: a first download in a minute on a bare Debian 12.
#
#   ./quickstart.sh                    a demonstration on this machine: one origin, several clients
#   ./quickstart.sh URL [OPTION...]    freshet get URL
set -euo pipefail
cd "$(dirname "$0")"

cmake/install_packages.sh build
mkdir -p build
echo "Building (the first time takes some minutes)"
# Results of the compiler are kept by ccache, so that the next build takes seconds.
cmake --preset release -DBUILD_TESTING=OFF >build/quickstart.log 2>&1 &&
  cmake --build --preset release --target freshet -j "${JOBS:-$(nproc)}" >>build/quickstart.log 2>&1 || {
  tail -n 40 build/quickstart.log
  echo "The build failed; all of its output is in build/quickstart.log" >&2
  exit 1
}
freshet=build/release/api/cli/freshet
if (($#)); then
  exec "$freshet" get "$@"
fi
exec "$freshet" demo
