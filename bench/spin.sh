#!/usr/bin/env bash
# spin.sh - frond check beside SPIN on the same systems: states a second, one core each, in turn.
#
# usage: bench/spin.sh [I/N[:CELLS]]...; N=pairs, CPU=core. A scope is that of `frond check T1 --shard I/N --cells
# CELLS`; spin/vm.pml is the same system in Promela. Ends with 1 when the two do not visit equally many states, or
# make equally many steps.
# shellcheck source=machine.sh disable=SC1091,SC2015 # A && B || fail: fail does not come back
. "$(dirname "$0")/machine.sh"
flags=(-O2 -DSAFETY -DNOREDUCE)
options=(-m2000000 -w22) # room for the depth of each row; a table of 4 million slots
cpu=${CPU:-$(($(nproc) - 1))}
work=$B/bench/spin

command -v spin >/dev/null || { echo "spin: no spin: Debian's package of that name (tools/install-deps)" >&2; exit 2; }
need "$B/frond" "$B/bench/clock" "$B/bench/scope"
mkdir -p "$work" || exit 2
fail() { echo "spin: $*" >&2; exit 1; }

# build SHARD CELLS: pan, of the scope
build() {
    "$B/bench/scope" "$@" >"$work/scope.h" && cp bench/spin/vm.pml "$work" &&
        (cd "$work" && spin -a vm.pml && gcc "${flags[@]}" -o pan pan.c) || fail "no pan of $*"
}

# both THEIRS OURS: what pan, and what frond, counts
both() { echo "$1: pan $2, frond $3"; [ -n "$2" ] && [ "$2" = "$3" ] || fail "not the same $1"; }

# row SHARD CELLS: one scope
row() {
    local shard=$1 cells=$2 frond states
    frond=("$B/frond" check T1 --shard "$shard" --threads 1 ${cells:+--cells "$cells"})
    build "$shard" ${cells:+"$cells"}
    "${frond[@]}" >"$work/frond.txt" && "$work/pan" "${options[@]}" >"$work/pan.txt" || fail "${frond[*]}, pan: failed"
    grep -q 'errors: 0$' "$work/pan.txt" && ! grep -q '^error' "$work/pan.txt" || fail "pan: $(grep error "$work/pan.txt")"
    sed -n 's|^/\* \(.*\) \*/$|scope: \1|p' "$work/scope.h"
    echo "frond: ${frond[*]} --states"
    states=$(sed -n 's/^ *\([0-9]*\) states, stored$/\1/p' "$work/pan.txt")
    both states "$states" "$(grep -o '[0-9]* states' "$work/frond.txt" | cut -d' ' -f1)"
    # pan counts the first state as a transition
    both steps "$(awk '/ transitions / { print $1 - 1 }' "$work/pan.txt")" "$(sed -n 's/.*steps \([0-9]*\),.*/\1/p' "$work/frond.txt")"
    "$B/bench/clock" -n "$N" -u "$states" \
        pan bash -c "taskset -c $cpu '$work/pan' ${options[*]} | sed -n 's/^ *\([0-9]*\) states, stored$/\1/p'" -- \
        frond bash -c "taskset -c $cpu ${frond[*]} --states | sed -n 's/.* \([0-9]*\) states .*/\1/p'" >"$work/clock.txt" ||
        { cat "$work/clock.txt"; exit 1; }
    [ "$(sed -n 's/^.* says: //p' "$work/clock.txt" | sort -u)" = "$states" ] || fail "other states: $(cat "$work/clock.txt")"
    sed '/ says: /d' "$work/clock.txt"
    awk '$1 == "frond" && $2 + 0 > 0 { printf "frond visits %.2f times as many states a second as pan (pairs: %.2f to %.2f)\n", 1 / $6, 1 / $8, 1 / $7 }' \
        "$work/clock.txt"
}

machine
spin -V
echo "pan:   gcc ${flags[*]} (gcc $(gcc -dumpfullversion)); ./pan ${options[*]}; no compression beyond SPIN's default"
echo "core $cpu for each; frond: --threads 1, nothing is judged, as pan judges nothing"
[ $# -gt 0 ] || set -- 5/7 4/7 5/7:9,3,1 6/7:9,3,1
for scope; do
    row "${scope%%:*}" "$(expr "$scope" : '[^:]*:\(.*\)')"
done
