# shellcheck shell=bash disable=SC2034
# machine.sh - for the benchmarks, sourced: says what they run on, and where things are.
#
# B: the build folder; N: rounds (odd).
cd "$(dirname "$0")/.." || exit 2
B=${B:-build}
N=${N:-7}
export LC_ALL=C

machine() {
    echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores," \
        "$(uname -sm); $("$B"/frond --version); $(date -u +%Y-%m-%d)"
    echo "load: $(cut -d' ' -f1-3 /proc/loadavg); $N rounds, medians of user time"
}

# need FILE...: the build must be there.
need() {
    for f in "$@"; do
        [ -e "$f" ] || { echo "$0: no $f: make bench-tools" >&2; exit 2; }
    done
}

# guest NAME ARGS OPTION...: the words of a run of build/guest/NAME.elf.
guest() {
    local name=$1 args=$2
    shift 2
    words=("$B/frond" run "$@" --append "$args" "$B/guest/$name.elf")
}

# steps: out of what frond run --stats - wrote, of the whole run.
steps() { sed -n 's/^  "steps": \([0-9]*\),/\1/p'; }
