#!/usr/bin/env bash
# linux.sh - Debian's kernel to its marker, and busybox's sha256sum, gzip and sort in it: on frond at depth 0 and 3, and on
# qemu-system-riscv64, the same firmware, kernel and initramfs, run by run in turn.
#
# usage: bench/linux.sh [boot|sha256sum|gzip|sort]...; N=rounds. Of the programs' rows the boot is a part; it is told apart.
# shellcheck source=machine.sh disable=SC1091
. "$(dirname "$0")/machine.sh"
LINUX=${LINUX:-build/linux}
tell=$B/bench/linux.txt
line="console=ttyS0 cryptomgr.notests panic=-1"

need "$B/frond" "$B/bench/clock"
[ -e "$LINUX/Image" ] || { echo "linux: no $LINUX/Image: make linux" >&2; exit 2; }
command -v qemu-system-riscv64 >/dev/null || { echo "linux: no qemu-system-riscv64" >&2; exit 2; }

# marked COMMAND...: what the guest has marked is what is said; the rest has dates in it.
# shellcheck disable=SC2016 # for the shell that is started
marked=(sh -c '"$@" </dev/null 2>&1 | tr -d "\r" | grep -a "^FROND-MARKER"' marked)

row() { # TEST or boot
    local words="$line" names all=()
    [ "$1" = boot ] || words+=" frond.test=$1"
    all+=(qemu "${marked[@]}" qemu-system-riscv64 -M virt -m 256M -nographic -bios "$LINUX/opensbi-fw_jump.bin"
        -kernel "$LINUX/Image" -initrd "$LINUX/initramfs.cpio" -append "$words")
    for depth in 0 3; do
        all+=(-- "depth-$depth" "${marked[@]}" "$B/frond" run --depth $depth --memory 256M
            --bios "$LINUX/opensbi-fw_jump.bin" --kernel "$LINUX/Image" --initrd "$LINUX/initramfs.cpio" --append "$words")
    done
    "$B/bench/clock" -n "$N" "${all[@]}" >"$tell" || { cat "$tell"; exit 1; }
    names=$(grep -o "says: FROND-MARKER .*" "$tell" | sort -u | wc -l)
    [ "$names" -gt 0 ] || { echo "linux: $1: no marker" >&2; exit 1; }
    if [ "$1" != boot ]; then
        [ "$(grep -ac "FROND-MARKER $1 ok" "$tell")" = 3 ] || { echo "linux: $1 failed" >&2; cat "$tell" >&2; exit 1; }
    fi
    awk -v row="$1" '$1 ~ /^(qemu|depth-[03])$/ && $2 + 0 > 0 { s[$1] = $2 }
        END { printf "%-10s %9.3f %9.3f %9.3f %12.2f %16.3f\n", row, s["qemu"], s["depth-0"], s["depth-3"],
                     s["qemu"] / s["depth-0"], s["depth-3"] / s["depth-0"] }' "$tell"
}

machine
qemu-system-riscv64 --version | head -1
printf '%-10s %9s %9s %9s %12s %16s\n' row 'qemu, s' 'frond, s' 'at 3, s' 'qemu / frond' 'depth 3 / 0'
[ $# -gt 0 ] || set -- boot sha256sum gzip sort
for what; do
    case $what in
    boot | sha256sum | gzip | sort) row "$what" ;;
    *) echo "linux: '$what': should be boot, sha256sum, gzip or sort" >&2; exit 2 ;;
    esac
done
