#!/usr/bin/env bash
# depth.sh - the same leaf at depth 0, 16 and 256, round by round: how much slower it gets.
#
# usage: bench/depth.sh [cpu|timer|tlb|start]...; N=rounds. `start` is the nuclei's own time: a leaf
# that does nothing. It is contained in the other figures.
# shellcheck source=machine.sh disable=SC1091
. "$(dirname "$0")/machine.sh"

# row TITLE NAME ARGS MEMORY
row() {
    local all=()
    for depth in 0 16 256; do
        guest "$2" "$3" --memory "$4" --depth "$depth"
        [ ${#all[@]} = 0 ] || all+=(--)
        all+=("depth $depth" "${words[@]}")
    done
    echo "$1: $2 $3, RAM $4"
    "$B/bench/clock" -n "$N" "${all[@]}" || exit 1
}

need "$B/frond" "$B/bench/clock" "$B/guest/cpuloop.elf" "$B/guest/timer.elf" "$B/guest/tlb.elf"
machine
[ $# -gt 0 ] || set -- cpu timer tlb start
for which; do
    case $which in
    cpu) row "CPU-bound" cpuloop iterations=60000 256K ;;
    timer) row "a timer of 1 kHz" timer ticks=4000 256K ;;
    tlb) row "a TLB miss at each load" tlb "rounds=6000 pages=4096" 24M ;;
    start) row "nothing but the nuclei's start" cpuloop iterations=1 256K ;;
    *) echo "depth: no row '$which'" >&2; exit 2 ;;
    esac
done
