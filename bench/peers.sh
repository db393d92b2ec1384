#!/usr/bin/env bash
# peers.sh - the same ELF on frond and on qemu-system-riscv64, pair by pair: how many guest
# instructions a second each makes.
#
# usage: bench/peers.sh [ITERATIONS]; N=rounds.
# shellcheck source=machine.sh disable=SC1091
. "$(dirname "$0")/machine.sh"
iterations=${1:-75000}
elf=$B/guest/cpuloop.elf
qemu=(qemu-system-riscv64 -M virt -cpu "rv64,pmp=false" -m 128M -bios none -nographic -kernel "$elf"
    -append "iterations=$iterations")
frond=("$B/frond" run --memory 128M --append "iterations=$iterations" "$elf")

need "$B/frond" "$B/bench/clock" "$elf"
command -v qemu-system-riscv64 >/dev/null || { echo "peers: no qemu-system-riscv64" >&2; exit 2; }
machine
qemu-system-riscv64 --version | head -1
echo "qemu:  ${qemu[*]}"
echo "frond: ${frond[*]}"
steps=$("${frond[@]}" --stats - 2>&1 >/dev/null </dev/null | steps)
[ -n "$steps" ] || { echo "peers: frond run --stats told no steps" >&2; exit 2; }
echo "guest instructions: $steps"
"$B/bench/clock" -n "$N" -u "$steps" qemu "${qemu[@]}" -- frond "${frond[@]}" | tee "$B/bench/peers.txt"
[ "${PIPESTATUS[0]}" = 0 ] || exit 1
sums=$(grep -o 'checksum [0-9a-f]*' "$B/bench/peers.txt" | sort -u | wc -l)
[ "$sums" = 1 ] || { echo "peers: the checksums differ" >&2; exit 1; }
awk '$1 == "frond" && $2 + 0 > 0 { printf "frond makes 1/%.2f of the rate of qemu; checksums equal\n", $6 }' \
    "$B/bench/peers.txt"
