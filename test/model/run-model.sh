#!/bin/sh
# The memory model's checks: the specification loads clean, its goldens and obligations hold in Maude, the C twin
# gives the same goldens, and both agree on random terms.
#
#     run-model.sh BUILD [TERMS [SEED]]
#
# BUILD holds the programs golden, limits and cross (test/model/rules.mk builds them) and takes the files made. MAUDE
# names the interpreter. The last line is `N passed, N failed`; the exit status is 0 if none failed.
set -u

build=${1:?usage: run-model.sh BUILD [TERMS [SEED]]}
terms=${2:-20000}
seed=${3:-}
maude=${MAUDE:-maude}
here=$(cd "$(dirname "$0")" && pwd)
spec=$(cd "$here/../../spec" && pwd)
passed=0
failed=0

# note WHAT PASSED FAILED
note() {
    printf '%-28s %s passed, %s failed\n' "$1" "$2" "$3"
    passed=$((passed + $2))
    failed=$((failed + $3))
}

run_maude() {
    "$maude" -no-banner -no-wrap "$1" </dev/null 2>&1
}

# Each file loads by itself and says nothing: no warning, no advisory.
load_clean() {
    good=0
    bad=0
    for file in "$spec"/*.maude; do
        printf 'set show %s off .\n' command timing stats >"$build/load.maude"
        printf 'load %s\nred in NAT : 40 + 2 .\n' "$file" >>"$build/load.maude"
        run_maude "$build/load.maude" >"$build/load.out"
        said=$(grep -v -e '^Bye\.$' -e '^result ' -e '^$' "$build/load.out")
        if [ -z "$said" ] && grep -q '^result NzNat: 42$' "$build/load.out"; then
            good=$((good + 1))
        else
            printf '%s: %s\n' "$file" "$said"
            bad=$((bad + 1))
        fi
    done
    note 'load without a warning' "$good" "$bad"
}

# Every red of a file answers true, and every one answers.
reds() {
    asked=$(grep -c '^red ' "$spec/$1")
    run_maude "$spec/$1" >"$build/$1.out"
    good=$(grep -c '^result Bool: true$' "$build/$1.out")
    if [ "$good" -ne "$asked" ]; then
        grep -v '^rewrites: ' "$build/$1.out" | grep -B 2 -e '^result Bool: false' -e '^result .*[^e]$' -e '^Warning' | head -40
    fi
    if [ "$good" -gt "$asked" ] || [ "$asked" -eq 0 ]; then
        note "$1" 0 1
    else
        note "$1" "$good" $((asked - good))
    fi
}

# Every view and every labelled nonexec equation is named where obligations are tried.
named() {
    good=0
    bad=0
    words=$(sed -n -e 's/^view \([^ ]*\) .*/\1/p' -e 's/.*\[nonexec label \([^]]*\)\].*/\1/p' "$spec"/*.maude)
    for word in $words; do
        if grep -q -w -e "$word" "$spec/obligations.maude"; then
            good=$((good + 1))
        else
            echo "obligations.maude does not try $word"
            bad=$((bad + 1))
        fi
    done
    unlabelled=$(grep -h 'nonexec' "$spec"/[!o]*.maude | grep -v '^ *---' | grep -c -v 'nonexec label')
    [ "$unlabelled" -eq 0 ] || echo "$unlabelled nonexec equations have no label"
    note 'obligations named' "$good" $((bad + unlabelled))
}

# A program whose last line is the count.
program() {
    what=$1
    shift
    "$@" >"$build/$what.out" 2>&1
    status=$?
    last=$(tail -n 1 "$build/$what.out")
    sed '$d' "$build/$what.out" | cut -c 1-2000
    good=$(printf '%s\n' "$last" | sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p')
    bad=$(printf '%s\n' "$last" | sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p')
    if [ -z "$good" ] || { [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
        printf '%s: status %s: %s\n' "$what" "$status" "$last"
        good=0
        bad=1
    fi
    note "$what" "$good" "$bad"
}

load_clean
reds golden.maude
reds obligations.maude
named
program golden "$build/golden" "$spec/golden.maude"
program limits "$build/limits"
program cross "$build/cross" --spec "$spec" --work "$build" --maude "$maude" --terms "$terms" ${seed:+--seed "$seed"}
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
