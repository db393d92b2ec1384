#!/usr/bin/env bash
# work.sh - nine kinds of work (guest/bench/work.c), the same ELF on frond, translated and interpreted, and on
# qemu-system-riscv64, round by round: user time, and the medians' ratio to QEMU's.
#
# usage: bench/work.sh [NAME]; N=rounds.
# shellcheck source=machine.sh disable=SC1091
. "$(dirname "$0")/machine.sh"
elf=$B/guest/work.elf
need "$B/frond" "$B/bench/clock" "$elf"
command -v qemu-system-riscv64 >/dev/null || { echo "work: no qemu-system-riscv64" >&2; exit 2; }
machine
qemu-system-riscv64 --version | head -1
log=0 count=0
printf '%-10s %9s %9s %9s   %s\n' work 'qemu, s' 'jit, s' 'interp, s' 'qemu / jit'
while read -r name number n; do
    [ -z "${1:-}" ] || [ "$1" = "$name" ] || continue
    say="do=$number n=$n"
    out=$B/bench/work-$name.txt
    "$B/bench/clock" -n "$N" \
        qemu qemu-system-riscv64 -M virt -cpu rv64,pmp=false -m 128M -bios none -nographic -kernel "$elf" -append "$say" -- \
        jit "$B/frond" run --memory 128M --append "$say" "$elf" -- \
        interp "$B/frond" run --engine interp --memory 128M --append "$say" "$elf" >"$out" || exit 1
    [ "$(grep -o 'checksum [0-9a-f]*' "$out" | sort -u | wc -l)" = 1 ] || { echo "work: $name: the checksums differ" >&2; exit 1; }
    read -r q j i < <(awk '$1 == "qemu" { q = $2 } $1 == "jit" { j = $2 } $1 == "interp" { i = $2 } END { print q, j, i }' "$out")
    awk -v n="$name" -v q="$q" -v j="$j" -v i="$i" 'BEGIN { printf "%-10s %9.3f %9.3f %9.3f   %.2f\n", n, q, j, i, q / j }'
    log=$(awk -v l="$log" -v q="$q" -v j="$j" 'BEGIN { print l + log(q / j) }')
    count=$((count + 1))
done <<END
sieve 1 60
fib 2 37
bytes 3 30000
matrices 4 60
bytecode 5 8000000
quicksort 6 4
sha 7 1000000
chase 8 10000000
lists 9 600
END
awk -v l="$log" -v n="$count" 'BEGIN { printf "geometric mean of qemu / jit: %.2f\n", exp(l / n) }'
