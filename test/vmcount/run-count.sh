#!/bin/sh
# Maude and C reach equally many states of a system, scope by scope, and meet a bad one, or none, alike.
#
#     run-count.sh BUILD [--long]
#
# BUILD holds the counting programs (rules.mk builds them) and takes the files made. Each lists its scopes twice: with
# `counts` what C finds, a line `name|states|solutions` a search (states `-`: not compared), with `maude` the searches.
# MAUDE names the interpreter; two run at a time. The last line is `N passed, N failed`; the exit status is 0 if none
# failed.
set -u

build=${1:?usage: run-count.sh BUILD [--long]}
long=${2:-}
maude=${MAUDE:-maude}
here=$(cd "$(dirname "$0")" && pwd)
passed=0
failed=0

# Lines `states|solutions|milliseconds`, one a search; words that are not Maude's report of a search are kept apart.
reports() {
    awk '/^No solution\.$/ { found = 0 }
         /^Solution / { found++ }
         /^states: / { ms = $6; sub(/ms/, "", ms); print $2 "|" found "|" ms; found = "?" }
         /^(Warning|Advisory|Error)/ { print $0 "|?|?" }' "$1"
}

# count NAME FILE COMMAND...: makes NAME.counts by C, and NAME.reports by Maude, which loads FILE.
count() {
    name=$1 file=$2
    shift 2
    {
        echo "load $file"
        "$@" maude
    } >"$build/$name.run.maude"
    "$@" counts >"$build/$name.counts"
    echo $? >"$build/$name.status"
    "$maude" -no-banner -no-wrap "$build/$name.run.maude" </dev/null >"$build/$name.out" 2>&1
    reports "$build/$name.out" >"$build/$name.reports"
}

# compare NAME: NAME.counts and NAME.reports, line by line.
compare() {
    status=$(cat "$build/$1.status")
    if [ "$status" != 0 ]; then
        echo "FAIL $1 counts: status $status"
        failed=$((failed + 1))
    fi
    paste -d '|' "$build/$1.counts" "$build/$1.reports" >"$build/$1.both"
    while IFS='|' read -r scope states bad found solutions ms; do
        [ "$states" != - ] || states=$found
        if [ -n "$found" ] && [ "$states" = "$found" ] && [ "$bad" = "$solutions" ]; then
            printf '%-52s %8s states, C and Maude (%s ms)\n' "$scope" "$states" "$ms"
            passed=$((passed + 1))
        else
            echo "FAIL $scope: C $states states, $bad bad; Maude ${found:-no} states, ${solutions:-?} bad"
            failed=$((failed + 1))
        fi
    done <"$build/$1.both"
}

spec=$here/../../spec
count vm0 "$spec/vm.maude" "$build/vmcount" $long 0/2 &
{
    count vm1 "$spec/vm.maude" "$build/vmcount" $long 1/2
    count nk "$here/nkcount.maude" "$build/nkcount" $long
} &
wait
for name in nk vm0 vm1; do
    compare "$name"
done
[ "$passed" -gt 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
