#!/bin/bash
# A recent Mesa lavapipe (Vulkan on the CPU, with f16) for the tests, without a GPU and without changing the system's libraries.
#
# usage: tests/rig/setup_vulkan.sh [DIR]      DIR is .tools/vulkan in the repository unless said otherwise
# gives: DIR/run-lvp PROGRAM [ARGS]   runs a native program on it, e.g. as Cargo's runner:
#                                     CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER=DIR/run-lvp
#        DIR/chromium-lvp [ARGS]      Chromium whose WebGPU adapter it is (tests/rig/browser.mjs knows the arguments)
# Running it again does nothing, unless Debian's chromium has changed meanwhile.
#
# How: Debian's newest Mesa is downloaded, with the C library that it needs, and unpacked into DIR, not installed. A program run by
# that C library's own loader can then use it. Chromium's program file is copied and told to use that loader; icd_shim.c says the rest.
# When that fails (no Debian mirror, another system), native programs get the system's own Mesa, and Chromium keeps SwiftShader.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
dir=$(realpath -m "${1:-$here/../../.tools/vulkan}")
. "$here/debian.sh"
system=/usr/lib/$(uname -m)-linux-gnu
suites=${DECANT_SUITES:-sid trixie} # of Debian, the first that works: Mesa 26 and 25 when this was written

main() {
    mkdir -p "$dir"
    exec 9>"$dir/lock" && flock 9 # two test runs at once: the second waits, then finds all done
    need_chromium
    local wanted="$here/icd_shim.c $(cksum <"$here/icd_shim.c") $(cat "$here"/{setup_vulkan,debian}.sh | cksum) $(chromium_version)"
    if [ "$(cat "$dir/ready" 2>/dev/null)" = "$wanted" ]; then
        echo "Vulkan for the tests is set up already: $dir"
        return
    fi
    rm -rf "$dir"/{ready,chromium-lvp,run-lvp}
    if recent_mesa; then
        echo "$wanted" >"$dir/ready"
        echo "Vulkan for the tests: $dir/run-lvp and $dir/chromium-lvp (Mesa $mesa)"
    else
        system_mesa
    fi
}

need_chromium() {
    [ -x /usr/lib/chromium/chromium ] && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Debian's chromium for the tests in a browser."
        apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends chromium >/dev/null && return
    fi
    echo "Chromium is missing and cannot be installed from here: run 'sudo apt-get install chromium' once, then this again." >&2
    exit 1
}

# By the package and not by asking the program, which would take a second.
chromium_version() { dpkg-query -W -f '${Version}' chromium 2>/dev/null || stat -c %Y /usr/lib/chromium/chromium; }

# Inside `if`, bash forgets `set -e`: from here to system_mesa, each step that can fail says `|| return`.
recent_mesa() {
    local suite
    need apt-get dpkg cc || return
    for suite in $suites; do
        rm -rf "$dir/chromium"
        unpack "$suite" "$dir" mesa-vulkan-drivers libvulkan1 libc6 patchelf >"$dir/log" 2>&1 && link_programs >>"$dir/log" 2>&1 && return
        echo "No Mesa from Debian $suite: $(tail -1 "$dir/log")" >&2
    done
    return 1
}

# The two programs. The loader of the unpacked C library runs what needs the unpacked libraries, patchelf among it.
link_programs() {
    local libraries=$dir/root$system loader patchelf library
    loader=$(echo "$libraries"/ld-linux*.so.*)
    patchelf="$loader --library-path $libraries $dir/root/usr/bin/patchelf"
    for library in "$libraries"/libLLVM.so.* "$libraries/libvulkan_lvp.so"; do
        [ -L "$library" ] || $patchelf --force-rpath --set-rpath "$libraries" "$library" || return
    done

    echo "{\"ICD\":{\"api_version\":\"1.4.0\",\"library_path\":\"$libraries/libvulkan_lvp.so\"},\"file_format_version\":\"1.0.0\"}" >"$dir/lavapipe.json"
    program "$dir/run-lvp" "export VK_ICD_FILENAMES='$dir/lavapipe.json' VK_DRIVER_FILES='$dir/lavapipe.json'
program=\$(command -v \"\$1\") || { echo \"run-lvp: no program \$1\" >&2; exit 127; }
shift
exec '$loader' --library-path '$libraries:$system' \"\$program\" \"\$@\""

    # Chromium finds its files beside its program; all but three can be links to the installed ones.
    mkdir "$dir/chromium" && ln -s /usr/lib/chromium/* "$dir/chromium/" || return
    rm "$dir"/chromium/{chromium,libvk_swiftshader.so,vk_swiftshader_icd.json} && cp /usr/lib/chromium/chromium "$dir/chromium/chromium" || return
    $patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$libraries:/usr/lib/chromium:$system" "$dir/chromium/chromium" || return
    cc -shared -fPIC -O1 -fvisibility=hidden -o "$dir/chromium/libvk_swiftshader.so" "$here/icd_shim.c" -ldl || return
    # WebGPU opens the shim by its name; WebGL reads this file and keeps the real SwiftShader.
    echo '{"ICD":{"api_version":"1.0.5","library_path":"/usr/lib/chromium/libvk_swiftshader.so"},"file_format_version":"1.0.0"}' >"$dir/chromium/vk_swiftshader_icd.json"
    program "$dir/chromium-lvp" "DECANT_LAVAPIPE='$libraries/libvulkan_lvp.so' exec '$dir/chromium/chromium' \"\$@\""
    DECANT_LAVAPIPE=$libraries/libvulkan_lvp.so "$dir/chromium/chromium" --version # does it start at all?
}

# Second best: whatever Mesa the system has. It is not marked as ready, so that the next run tries for the recent one again.
system_mesa() {
    local driver
    rm -rf "$dir"/{apt,root,chromium}
    driver=$(compgen -G '/usr/share/vulkan/icd.d/lvp_icd*.json' | head -1 || true)
    if [ -z "$driver" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends mesa-vulkan-drivers libvulkan1 >/dev/null || true
        driver=$(compgen -G '/usr/share/vulkan/icd.d/lvp_icd*.json' | head -1 || true)
    fi
    if [ -z "$driver" ]; then
        echo "No Vulkan on the CPU: run 'sudo apt-get install mesa-vulkan-drivers libvulkan1' once, then this again." >&2
        exit 1
    fi
    program "$dir/run-lvp" "export VK_ICD_FILENAMES='$driver' VK_DRIVER_FILES='$driver'
exec \"\$@\""
    echo "Vulkan for the tests: $dir/run-lvp on the system's own Mesa, perhaps without f16; tests in Chromium run on SwiftShader."
}

main
