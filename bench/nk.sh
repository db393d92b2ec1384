#!/usr/bin/env bash
# nk.sh - what nk in M-mode behind PMP costs: the nucleus, beside the same nucleus with its client in M-mode too, which
# calls nk instead of executing ecall (nucleus-direct). In pairs, one after the other.
#
# usage: bench/nk.sh [tree|start|faults|exits]...; N=pairs.
#   tree    the 31 nodes of `make run`: 16 leaves that compute, in slices
#   start   the same with leaves that do nothing: what the nuclei's start costs; contained in `tree`
#   faults  a leaf whose 64 pages are in turn brought into a pool of 32 frames: a page out and a page in, each
#   exits   a leaf that reads a register of a UART which its nucleus plays: an exit each
# shellcheck source=machine.sh disable=SC1091
. "$(dirname "$0")/machine.sh"
N=${N:-11}
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

need "$B/frond" "$B/bench/clock" "$B/guest/nucleus.elf" "$B/guest/nucleus-direct.elf" "$B/guest/pages.elf"
machine

# pair NAME WORD...: frond run WORD... by both
pair() {
    local name=$1
    shift
    "$B/bench/clock" -n "$N" "$name:direct" "$B/frond" run --nucleus "$B/guest/nucleus-direct.elf" "$@" -- \
        "$name:nk" "$B/frond" run --nucleus "$B/guest/nucleus.elf" "$@" >"$work/tell" || { cat "$work/tell"; exit 1; }
    grep -E '^ +user s|:(direct|nk)  +[0-9]' "$work/tell"
}

# each NAME EVENTS: of a pair with many events ($work/many) and one with so many less ($work/few), the time of one
each() {
    awk -v name="$1" -v n="$2" '$1 ~ ":direct$" && $2 + 0 > 0 { d[++i] = $2 } $1 ~ ":nk$" && $2 + 0 > 0 { k[i] = $2 }
        END { direct = (d[1] - d[2]) / n * 1e9; nk = (k[1] - k[2]) / n * 1e9
              printf "  %s: %.0f ns each, direct %.0f: ratio %.3f\n", name, nk, direct, nk / direct }' "$work/many" "$work/few"
}

faults() { # ROUNDS
    printf 'pool: 128K\nchildren:\n- {image: %s, arguments: "pages=64 rounds=%s", memory: 384K, pages: pooled}\n' \
        "$PWD/$B/guest/pages.elf" "$1" >"$work/faults.yaml"
    pair "rounds=$1" --tree "$work/faults.yaml"
}

exits() { # POLLS
    pair "polls=$1" --depth 1 --console play --memory 64K --append "polls=$1" "$B/guest/chars.elf"
}

[ $# -gt 0 ] || set -- tree start faults exits
for which; do
    echo "$which:"
    case $which in
    tree) pair tree --depth 4 --fanout 2 --memory 64K --append iterations=2000 "$B/guest/cpuloop.elf" ;;
    start) pair start --depth 4 --fanout 2 --memory 64K --append iterations=1 "$B/guest/cpuloop.elf" ;;
    faults)
        faults 1000
        cp "$work/tell" "$work/many"
        faults 50
        cp "$work/tell" "$work/few"
        each "a page fault" $((66 * 950)) # with those of its text: as --stats counts
        ;;
    exits)
        exits 600000
        cp "$work/tell" "$work/many"
        exits 20000
        cp "$work/tell" "$work/few"
        each "an exit" 580000
        ;;
    *) echo "nk: no row '$which'" >&2; exit 2 ;;
    esac
done
