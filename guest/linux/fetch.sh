#!/bin/bash
# guest/linux/fetch.sh DIR: a Linux guest out of Debian's own packages. Leaves in DIR
#
#   Image                 Debian's riscv64 kernel, as packaged
#   opensbi-fw_jump.bin   OpenSBI, generic platform: jumps to 0x80200000, device tree to 0x82200000
#   opensbi-fw_dynamic.bin
#   initramfs.cpio        busybox, ./init and the modules it may load; not compressed: under an emulator that boots fastest
#   versions              the packages all this came from
#
# Kernel command line: console=ttyS0 cryptomgr.notests, and what ./init understands. The second word leaves out self-tests
# that take half of the boot. 128 MiB of RAM is enough; with 96 ext4 does not fit, with 64 the kernel does not start.
#
# and the packages in DIR/apt, so that they are fetched once; a second run does nothing, a changed init or fetch.sh
# rebuilds without the network, and removing DIR/apt asks for the newest again. Everything is signed and checked by apt,
# which is given folders of its own: neither root nor a change to the machine is needed.
# The Debian mirror is the one in the machine's apt sources; FROND_MIRROR=URI names another.
set -euo pipefail
export LC_ALL=C

suite=trixie
modules=(virtio_mmio virtio_blk virtio-rng ext4)
applets=(awk cat cttyhack cut dd dmesg echo free hexdump insmod ls lsmod mke2fs mkdir mount poweroff ps reboot seq setsid
    sh sha256sum sync top tr umount uname wc)

here=$(cd "$(dirname "$0")" && pwd)
fail() {
    echo "fetch.sh: $*" >&2
    exit 1
}
[ $# = 1 ] || fail "usage: fetch.sh DIR"
for tool in apt-get apt-cache dpkg flock sha256sum tar xz; do
    command -v $tool > /dev/null || fail "$tool is missing: this needs a Debian machine"
done
mkdir -p "$1" 2> /dev/null || fail "cannot make folder $1"
dir=$(cd "$1" && pwd)
apt=$dir/apt
exec 9> "$dir/.lock"
flock 9

products=(Image opensbi-fw_jump.bin opensbi-fw_dynamic.bin initramfs.cpio versions)
recipe=$(cat "$here/fetch.sh" "$here/init" | sha256sum | cut -d' ' -f1)
if [ -f "$apt/packages" ] && (cd "$dir" && grep -qx "$recipe  recipe" .made &&
    grep -v recipe .made | sha256sum --status -c) 2> /dev/null; then
    exit 0
fi
tmp=$(mktemp -d "$dir/.tmp.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

# ---- packages -------------------------------------------------------------------------------------------------------

# The mirror and the release of this machine: "URI SUITE" of the first source of main packages that names the release.
# Nothing if there is none or the machine is no Debian.
machine_source() {
    grep -qx 'ID="\?debian"\?' /etc/os-release || return 0
    local names='stable oldstable testing unstable sid' codename
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    {
        # deb822 stanzas, then one-line sources, both as: URI SUITE SUITE... / COMPONENT COMPONENT...
        for file in /etc/apt/sources.list.d/*.sources; do
            [ -f "$file" ] && grep -v '^#' "$file" | awk '
                function flush() { if (f["types"] ~ /(^| )deb( |$)/ && f["enabled"] !~ /no/)
                    { split(f["uris"], u, " "); print u[1], f["suites"], "/", f["components"] } delete f }
                /^[ \t]*$/ { flush(); next }
                /^[ \t]/ { f[k] = f[k] " " $0; next }
                { k = tolower($1); sub(/:.*/, "", k); sub(/^[^:]*:[ \t]*/, ""); f[k] = $0 }
                END { flush() }'
        done
        cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2> /dev/null |
            sed -nE 's/#.*//; s/^deb[ \t]+(\[[^]]*\][ \t]*)?//p' |
            awk '{ printf "%s %s /", $1, $2; for (i = 3; i <= NF; i++) printf " %s", $i; print "" }'
    } | awk -v want="$codename $names" '
        BEGIN { split(want, w, " "); for (i in w) wanted[w[i]] = 1 }
        / \/ (.* )?main( |$)/ { for (i = 2; $i != "/"; i++) if ($i in wanted) { print $1, $i; exit } }'
}

apt_() { "apt-$1" -c "$apt/apt.conf" "${@:2}"; }

fetch_packages() {
    local native uri release keyring source user kernel
    native=$(dpkg --print-architecture)
    source=$(machine_source) || true
    uri=${FROND_MIRROR:-${source% *}}
    release=${source#* }
    [ -n "$uri" ] || fail "no Debian source in this machine's apt sources: set FROND_MIRROR"
    for keyring in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp} ""; do
        [ ! -f "$keyring" ] || break
    done
    [ -n "$keyring" ] || fail "package debian-archive-keyring is missing"

    rm -rf "$apt"
    mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,debs}
    : > "$apt/state/status"
    {
        echo "deb [arch=riscv64 signed-by=$keyring] $uri $suite main"
        echo "deb [arch=$native signed-by=$keyring] $uri ${release:-$suite} main"
    } > "$apt/sources.list"
    user=
    [ "$(id -u)" != 0 ] || user='APT::Sandbox::User "root";' # as root, apt would fetch as a user who cannot write here
    cat > "$apt/apt.conf" << EOF
Dir::State "$apt/state";
Dir::State::status "$apt/state/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "-";
Dir::Etc::preferencesparts "-";
#clear APT::Architectures;
APT::Architectures { "$native"; "riscv64"; };
#clear APT::Update;
APT::Update::Error-Mode "any";
Acquire::Retries "3";
Acquire::Languages "none";
$user
EOF
    echo "fetch.sh: lists of Debian $suite and ${release:-$suite}"
    apt_ get -qq update > "$apt/log" 2>&1 || fail "apt cannot get the package lists (see $apt/log)"
    kernel=$(apt_ cache depends linux-image-riscv64:riscv64 2> /dev/null |
        sed -n 's/^ *Depends: \(linux-image-[0-9].*-riscv64\):riscv64$/\1/p')
    [ -n "$kernel" ] || fail "suite $suite has no linux-image for riscv64"
    for package in "$kernel:riscv64" busybox-static:riscv64 "opensbi/${release:-$suite}"; do
        echo "fetch.sh: $package"
        (cd "$apt/debs" && apt_ get -qq download "$package") > "$apt/log" 2>&1 ||
            fail "apt cannot get $package (see $apt/log)"
    done
    for deb in "$apt"/debs/*.deb; do
        dpkg-deb -W --showformat='${Package} ${Version}\n' "$deb"
    done > "$tmp/packages"
    mv "$tmp/packages" "$apt/packages" # last: says that all of them are here
}

[ -f "$apt/packages" ] || fetch_packages
for deb in "$apt"/debs/*.deb; do
    dpkg -x "$deb" "$tmp/root" || fail "cannot unpack $(basename "$deb")"
done

# ---- firmware and kernel --------------------------------------------------------------------------------------------

one() { # the only file that fits a path pattern under $tmp/root
    local found
    found=$(compgen -G "$tmp/root/$1") || fail "no $1 in the packages"
    [ "$(wc -l <<< "$found")" = 1 ] || fail "more than one $1 in the packages"
    echo "$found"
}

kernel=$(one 'boot/vmlinu[xz]-*-riscv64')
case $(od -An -tx1 -N2 "$kernel") in
*1f*8b) gzip -dc "$kernel" > "$tmp/Image" ;;
*) cp "$kernel" "$tmp/Image" ;;
esac
[ "$(od -An -c -j48 -N5 "$tmp/Image" | tr -d ' ')" = 'RISCV' ] || fail "the kernel is no raw RISC-V Image"
cp "$(one 'usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.bin')" "$tmp/opensbi-fw_jump.bin"
cp "$(one 'usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin')" "$tmp/opensbi-fw_dynamic.bin"
cp "$apt/packages" "$tmp/versions"

# ---- modules --------------------------------------------------------------------------------------------------------

tree=$(one 'usr/lib/modules/*/kernel' 2> /dev/null || one 'lib/modules/*/kernel')
mkdir "$tmp/modules"

builtin() { grep -qE "/${1//[-_]/[-_]}(_generic)?\.ko$" "$tree/../modules.builtin"; }

# Unpacks module $1 and all it needs; appends their names to the list in $order, what is needed first.
# Names of the crypto API stand for the generic implementation.
take_module() {
    local want=${1#crypto-} file name need
    file=$(find "$tree" -regextype egrep -regex ".*/${want//[-_]/[-_]}(_generic)?\.ko(\.xz|\.gz|\.zst)?" | sort | head -n 1)
    if [ -z "$file" ]; then
        builtin "$want" && return
        fail "module $1 is not in the kernel package"
    fi
    name=${file##*/}
    name=${name%%.*}
    case $file in
    *.xz) xz -dc "$file" ;;
    *.gz) gzip -dc "$file" ;;
    *.zst) zstd -qdc "$file" ;;
    *) cat "$file" ;;
    esac > "$tmp/modules/$name.ko"
    for need in $(tr '\0' '\n' < "$tmp/modules/$name.ko" |
        sed -nE 's/^(depends=|softdep=pre: *)([A-Za-z0-9_, -]+)$/\2/p' | tr , ' '); do
        take_module "$need"
    done
    grep -qx "/modules/$name.ko" "$order" || echo "/modules/$name.ko" >> "$order"
}

for module in "${modules[@]}"; do
    order=$tmp/modules/$module.order
    : > "$order"
    take_module "$module"
done

# ---- initramfs ------------------------------------------------------------------------------------------------------
# The "newc" archive is written here rather than by cpio: device nodes without root, and the same bytes everywhere.

inode=0
pad() { head -c $(((4 - $1 % 4) % 4)) /dev/zero; }
entry() { # NAME MODE [SIZE [MAJOR MINOR]]: one header
    inode=$((inode + 1))
    printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\0' \
        $inode $(($2)) 0 0 1 0 "${3:-0}" 0 0 "${4:-0}" "${5:-0}" $((${#1} + 1)) 0 "$1"
    pad $((110 + ${#1} + 1))
}
folder() { entry "$1" 040755; }
file() { # NAME MODE FROM
    local size
    size=$(stat -c %s "$3")
    entry "$1" "0100$2" "$size"
    cat "$3"
    pad "$size"
}
link() { # NAME TO
    entry "$1" 0120777 ${#2}
    printf %s "$2"
    pad ${#2}
}

{
    for name in bin dev mnt modules proc sys; do folder $name; done
    entry dev/console 020600 0 5 1
    file init 755 "$here/init"
    file bin/busybox 755 "$(one 'usr/bin/busybox' 2> /dev/null || one 'bin/busybox')"
    for name in "${applets[@]}"; do link "bin/$name" busybox; done
    for path in "$tmp"/modules/*; do file "modules/${path##*/}" 644 "$path"; done
    entry 'TRAILER!!!' 0
} > "$tmp/initramfs.cpio"

for product in "${products[@]}"; do
    chmod 644 "$tmp/$product"
    mv "$tmp/$product" "$dir/$product"
done
(cd "$dir" && sha256sum "${products[@]}" && echo "$recipe  recipe") > "$tmp/made"
mv "$tmp/made" "$dir/.made"
echo "fetch.sh: made ${products[*]}"
