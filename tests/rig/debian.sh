# Debian packages unpacked into a folder instead of installed. To be sourced.

# unpack SUITE DIR PACKAGE …   DIR/root then holds the packages and all that they need down to the C library, whatever this system has.
# Downloaded with apt's own checks of signatures but none of the system's state, from the mirror that this system uses.
# Inside `if`, bash forgets `set -e`: each step that can fail says `|| return`.
unpack() {
    local suite=$1 apt=$2/apt root=$2/root mirror package; shift 2
    rm -rf "$apt" "$root" && mkdir -p "$apt"/{lists,archives}/partial "$root" && : >"$apt/status" || return
    mirror=$(apt-get indextargets --format '$(REPO_URI)' | awk '/\/debian\/*$/ && !found++')
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:-http://deb.debian.org/debian} $suite main" >"$apt/sources.list"
    cat >"$apt/apt.conf" <<END
Dir::Etc { sourcelist "$apt/sources.list"; sourceparts "-"; };
Dir::State { Lists "$apt/lists"; status "$apt/status"; };
Dir::Cache "$apt"; Dir::Cache::archives "$apt/archives";
Debug::NoLocking "1"; APT::Sandbox::User "$(id -un)";
APT::Install-Recommends "0"; Acquire::Languages "none"; Acquire::Retries "3"; APT::Update::Error-Mode "any";
END
    APT_CONFIG=$apt/apt.conf apt-get -qq update || return
    APT_CONFIG=$apt/apt.conf apt-get -qq -y --download-only install "$@" || return
    for package in "$apt"/archives/*.deb; do dpkg -x "$package" "$root" || return; done
    mesa=$(basename "$apt"/archives/mesa-vulkan-drivers_*.deb | cut -d_ -f2)
    rm -rf "$apt"
}

# need TOOL …   says which is missing, of those that this takes
need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "No recent Mesa: $tool is missing." >&2; return 1; }
    done
}

# program FILE TEXT   makes a small shell program
program() {
    printf '#!/bin/sh\n%s\n' "$2" >"$1" && chmod +x "$1"
}
