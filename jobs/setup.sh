#!/usr/bin/env bash
# Make sure the Debian packages vintner needs are there.
#
#   bash jobs/setup.sh          what the build and the examples need
#   bash jobs/setup.sh check    and what the tests need
#
# As root it installs what is missing; otherwise it prints the command that does and ends with 1.
set -euo pipefail

BUILD_PACKAGES=(build-essential meson ninja-build pkg-config libopenmpi-dev openmpi-bin
  libhdf5-openmpi-dev libglpk-dev libyaml-dev libjson-c-dev libgsl-dev librandom123-dev libmd-dev libxxhash-dev
  libzip-dev libsqlite3-dev zlib1g-dev petsc-dev libsuitesparse-dev libcmocka-dev)
CHECK_PACKAGES=(clang clang-format clang-tidy libomp-dev netcdf-bin git)
# Tests that compare with other programs use these, and are skipped without them.
PEER_PACKAGES=(python3-scipy python3-h5py python3-yaml python3-xarray python3-netcdf4
  python3-h5netcdf python3-venv)

missing_of() {
  local name
  for name in "$@"; do
    dpkg-query -W -f '${Status}\n' "$name" 2>/dev/null | grep -q 'ok installed' || echo "$name"
  done
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  local options=(-y -q --no-install-recommends -o Dpkg::Use-Pty=0)
  apt-get install "${options[@]}" "$@" </dev/null && return
  apt-get update -q </dev/null || true # lists that are absent or out of date
  apt-get install "${options[@]}" "$@" </dev/null
}

wanted=("${BUILD_PACKAGES[@]}")
if [ "${1:-build}" = check ]; then wanted+=("${CHECK_PACKAGES[@]}"); fi

if ! command -v dpkg-query >/dev/null; then
  echo "setup.sh: this is not Debian: make sure you have what these packages hold: ${wanted[*]}" >&2
  exit 0
fi

mapfile -t missing < <(missing_of "${wanted[@]}")
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "setup.sh: packages are missing; install them with" >&2
    echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  echo "setup.sh: installing ${missing[*]}" >&2
  install_packages "${missing[@]}" >&2
fi

if [ "${1:-build}" = check ]; then
  mapfile -t missing < <(missing_of "${PEER_PACKAGES[@]}")
  if [ "${#missing[@]}" -gt 0 ] && [ "$(id -u)" -eq 0 ]; then
    echo "setup.sh: installing ${missing[*]}" >&2
    install_packages "${missing[@]}" >&2 ||
      echo "setup.sh: not installed: comparisons with Python programs are skipped" >&2
  elif [ "${#missing[@]}" -gt 0 ]; then
    echo "setup.sh: without ${missing[*]} the comparisons with Python programs are skipped" >&2
  fi
fi
