#!/bin/bash
# A real GPU's compiler for tests/rig/isa/gate.mjs, without that GPU and without changing the system: Mesa's RADV (AMD) on its null device,
# below Dawn, Chromium's WebGPU, whose Tint makes of a shader what a driver gets to see.
#
# usage: tests/rig/isa/setup.sh
# gives: .tools/isa/run-radv PROGRAM [ARGS]   runs a program whose only Vulkan driver is RADV for the GPU that RADV_FORCE_FAMILY names
#        .tools/isa/node_modules/webgpu       Dawn for Node, of the version that package-lock.json names
# Running it again does nothing. 55 MB of Debian's and 45 of npm's to download, 15 seconds, 450 MB on disk.
#
# Debian 13's Mesa, which changes only for its faults, so that the table changes only with the shaders. Mesa 26, which setup_vulkan.sh has,
# knows no null device any more. Its C library comes along, as there.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../debian.sh"
dir=$(realpath -m "$here/../../../.tools/isa")
suite=trixie

main() {
    mkdir -p "$dir"
    exec 9>"$dir/lock" && flock 9
    local wanted; wanted="$dir $(cat "$here"/{setup.sh,../debian.sh,null_queue.c,package-lock.json} | cksum)"
    if [ "$(cat "$dir/ready" 2>/dev/null)" = "$wanted" ]; then
        echo "A GPU's compiler for the tests is set up already: $dir"
        return
    fi
    rm -f "$dir/ready"
    need apt-get dpkg cc npm && install >"$dir/log" 2>&1 || {
        echo "No GPU's compiler: Mesa of Debian $suite or Dawn of npm cannot be had here: $(tail -1 "$dir/log" 2>/dev/null)" >&2
        exit 1
    }
    echo "$wanted" >"$dir/ready"
    echo "A GPU's compiler for the tests: $dir/run-radv (Mesa $mesa)"
}

install() {
    unpack "$suite" "$dir" mesa-vulkan-drivers libvulkan1 libc6 || return
    cp "$here"/package{,-lock}.json "$dir/" && (cd "$dir" && npm ci --no-audit --no-fund --loglevel=error) || return
    cc -shared -fPIC -O1 -fvisibility=hidden -o "$dir/libnull_queue.so" "$here/null_queue.c" -ldl || return
    echo "{\"ICD\":{\"api_version\":\"1.3.0\",\"library_path\":\"$dir/libnull_queue.so\"},\"file_format_version\":\"1.0.0\"}" >"$dir/radv.json"
    local system libraries loader
    system=/usr/lib/$(uname -m)-linux-gnu libraries=$dir/root$system
    loader=$(echo "$libraries"/ld-linux*.so.*)
    program "$dir/run-radv" "export VK_ICD_FILENAMES='$dir/radv.json' VK_DRIVER_FILES='$dir/radv.json' DECANT_RADV='$libraries/libvulkan_radeon.so'
export MESA_SHADER_CACHE_DISABLE=1
program=\$(command -v \"\$1\") || { echo \"run-radv: no program \$1\" >&2; exit 127; }
shift
exec '$loader' --library-path '$libraries:$system' \"\$program\" \"\$@\""
}

main
