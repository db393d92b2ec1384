#!/usr/bin/env bash
# engine.sh - the kinds of work of guest/bench/work on frond, translated and interpreted, on QEMU and on this machine
# itself, run by run in turn; and translated at depth 0, 1, 4 and 16.
#
# usage: bench/engine.sh [peers|depth]...; N=rounds (5; depth 15), PERCENT=size of each (100: about a second of the
# host's own), WORKS="NAME..." for some only, INTERP=0 without the interpreter, which takes most of the time.
# Writes tables, $B/bench/engine.json and engine-depth.json, and engine.svg where there is gnuplot.
# shellcheck source=machine.sh disable=SC1091
rounds=${N:-}
. "$(dirname "$0")/machine.sh"
PERCENT=${PERCENT:-100}
works=(sha256 qsort matmul chase sieve fib bytes bytecode indirect geo lists mix calls faults)
[ -z "${WORKS:-}" ] || read -ra works <<<"$WORKS"
elf=$B/guest/work.elf
fail() { echo "engine: $*" >&2; exit 1; }

# The runs of one row: add NAME COMMAND...; then run_row ROW: ROW.runs, with a line for each.
row=()
add() {
    [ ${#row[@]} = 0 ] || row+=(--)
    row+=("$@")
}
run_row() {
    local said
    "$B/bench/clock" -n "$N" -r "$dir/$1.runs" "${row[@]}" >"$dir/$1.txt" || fail "$1: $(tail -1 "$dir/$1.txt")"
    said=$(sed -n 's/^.* says: //p' "$dir/$1.txt" | sort -u)
    if [ "$(wc -l <<<"$said")" != 1 ] || ! grep -q ' checksum [0-9a-f]*$' <<<"$said"; then
        fail "$1: all should say the same checksum: $(cat "$dir/$1.txt")"
    fi
    echo "$said" >"$dir/$1.said"
    row=()
}

qemu() { add "$1" qemu-system-riscv64 -M virt -cpu rv64,pmp=false -m 128M -bios none -nographic -kernel "$elf" -append "$2"; }
frond() {
    local name=$1 line=$2
    shift 2
    add "$name" "$B/frond" run --memory 128M --append "$line" "$@" "$elf"
}

peers_row() {
    local line="work=$1 percent=$PERCENT"
    case $1 in
    calls | faults) ;; # a kernel and its user: nothing that a program of Linux could be
    *)
        add native "$B/bench/work" "$line"
        add qemu-user qemu-riscv64 "$B/guest/work-user" "$line"
        ;;
    esac
    qemu qemu-m "$line"
    frond jit-m "$line" --engine jit
    qemu qemu-s "$line paging=1"
    frond jit-s "$line paging=1" --engine jit
    [ "${INTERP:-1}" = 0 ] || frond interp-m "$line" --engine interp
    run_row "$1"
}

depth_row() {
    for depth in 0 1 4 16; do
        frond "$depth" "$2" --engine jit --depth $depth
    done
    run_row "$1"
}

# report MODE FILE.json ROW...: what engine.awk makes of the runs. Load is that of the beginning.
report() {
    local mode=$1 json=$2
    shift 2
    (cd "$dir" && awk -v mode="$mode" -v json="$json" -v rounds="$N" -v percent="$PERCENT" -v load="$load" \
        -v machine="$model" -f "$OLDPWD/bench/engine.awk" "${@/%/.runs}") || fail "no report"
}

# begin MODE: an empty folder for its runs; what it is measured on.
begin() {
    dir=$B/bench/engine/$1
    rm -rf "$dir" && mkdir -p "$dir" || exit 2
    load=$(cut -d' ' -f1-3 /proc/loadavg)
    model=$(machine | head -1 | sed 's/^machine: //')
    machine
}

peers() {
    N=${rounds:-5}
    begin peers
    qemu-system-riscv64 --version | head -1
    echo "native: ${CC:-cc} -O2, doubles not vectorized; $PERCENT% of the usual size"
    for w in "${works[@]}"; do peers_row "$w"; done
    report peers ../../engine.json "${works[@]}"
    if command -v gnuplot >/dev/null; then
        gnuplot -e "data='$dir/engine.dat'; out='$B/bench/engine.svg'" bench/engine.gnuplot || fail "gnuplot failed"
        echo "drawn: $B/bench/engine.svg"
    else
        echo "no gnuplot: not drawn"
    fi
}

# The start of the nuclei alone (the least of work) is a row beside, in no mean.
depths() {
    N=${rounds:-15}
    [ "$N" -ge 5 ] || { echo "engine: depth: N=$N: should be at least 5, for an interval" >&2; exit 2; }
    begin depth
    for w in "${works[@]}"; do depth_row "$w" "work=$w percent=$PERCENT paging=1"; done
    depth_row start "work=calls n=1 paging=1"
    report depth ../../engine-depth.json "${works[@]}" start
}

need "$B/frond" "$B/bench/clock" "$B/bench/work" "$elf" "$B/guest/work-user"
for tool in qemu-system-riscv64 qemu-riscv64; do
    command -v $tool >/dev/null || { echo "engine: no $tool (tools/install-deps)" >&2; exit 2; }
done
[ $# -gt 0 ] || set -- peers depth
for what; do
    case $what in
    peers) peers ;;
    depth) depths ;;
    *) echo "engine: '$what': should be peers or depth" >&2; exit 2 ;;
    esac
done
