#!/usr/bin/env bash
# Installs the Debian packages of the named sections of packages.txt, where they are missing.
# Says what it does, and asks for nothing when all are there. Fails when a package is missing and
# cannot be installed, except those of the section [optional].
#
#   cmake/install_packages.sh build test optional
set -euo pipefail
export LC_ALL=C
list="$(dirname "$0")/packages.txt"

packages_of() {
  awk -v section="[$1]" '/^\[/ { inside = ($1 == section); next }
    inside && !/^#/ && NF { print $1 }' "$list"
}

missing_of() {
  local names
  mapfile -t names < <(packages_of "$1")
  ((${#names[@]})) || { echo "no section [$1] in $list" >&2; exit 2; }
  # dpkg-query fails when it does not know a name; that name is then simply not among the installed.
  { dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${names[@]}" 2>/dev/null || true; } |
    awk '$1 == "installed" { print $2 }' |
    sort -u | comm -13 - <(printf '%s\n' "${names[@]}" | sort -u)
}

if ! command -v dpkg-query >/dev/null; then
  echo "This is not Debian, so nothing is installed. Needed are what $list names, or their like;" \
    "the build goes on and stops where something is missing." >&2
  exit 0
fi
if ! grep -qs 'VERSION_ID="12"' /etc/os-release; then
  echo "Freshet is made for Debian 12; this is something else, and may lack a package." >&2
fi

as_root=()
if ((EUID != 0)); then as_root=(sudo); fi
# On some machines apt-get is there without being usable: offline, or no rights.
install() {
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    echo "Neither root nor sudo: as root, run  apt-get install --no-install-recommends $*" >&2
    return 1
  fi
  echo "Installing from Debian: $*"
  local had_nginx=yes
  command -v nginx >/dev/null || [[ -x /usr/sbin/nginx ]] || had_nginx=no
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
  "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null 2>&1 ||
    { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null; } ||
    return 1
  if [[ $had_nginx == no && -x /usr/sbin/nginx && -d /run/systemd/system ]]; then
    echo "nginx is only a rival and an origin for tests here: not started as a service."
    "${as_root[@]}" systemctl disable --quiet --now nginx || true
  fi
}

install_one() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "$1" >/dev/null 2>&1
}

for section in "$@"; do
  mapfile -t missing < <(missing_of "$section")
  ((${#missing[@]})) || continue
  if ! install "${missing[@]}"; then
    if [[ $section == optional ]]; then
      # One that cannot be had, as npm beside another node, does not keep the others out.
      for package in "${missing[@]}"; do
        install_one "$package" || echo "Going on without: $package" >&2
      done
    else
      echo "Cannot go on without: ${missing[*]}" >&2
      exit 1
    fi
  fi
done
