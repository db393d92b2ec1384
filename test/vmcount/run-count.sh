#!/bin/sh
# Maude and C reach equally many states of a system, scope by scope, and neither meets a broken one.
#
#     run-count.sh BUILD [--long]
#
# BUILD holds the counting programs (rules.mk builds them) and takes the files made. Each program P lists its scopes
# twice: `P counts` what C reaches, `P maude` the searches for P.maude beside this script. MAUDE names the interpreter.
# The last line is `N passed, N failed`; the exit status is 0 if none failed.
set -u

build=${1:?usage: run-count.sh BUILD [--long]}
long=${2:-}
maude=${MAUDE:-maude}
here=$(cd "$(dirname "$0")" && pwd)
passed=0
failed=0

# Lines `solutions|states|milliseconds`, one a search; words that are not Maude's report of a search are kept apart.
reports() {
    awk '/^No solution\.$/ { found = 0 }
         /^Solution / { found++ }
         /^states: / { ms = $6; sub(/ms/, "", ms); print found "|" $2 "|" ms; found = "?" }
         /^(Warning|Advisory|Error)/ { print "?|" $0 "|?" }' "$1"
}

# compare NAME: NAME.counts and NAME.reports, line by line.
compare() {
    paste -d '|' "$build/$1.counts" "$build/$1.reports" >"$build/$1.both"
    while IFS='|' read -r scope states broken solutions found ms; do
        if [ -n "$states" ] && [ "$states" = "$found" ] && [ "$broken" = 0 ] && [ "$solutions" = 0 ]; then
            printf '%-36s %8s states, C and Maude (%s ms)\n' "$scope" "$states" "$ms"
            passed=$((passed + 1))
        else
            printf 'FAIL %s: C %s states, %s broken; Maude %s states, %s broken\n' \
                "$scope" "$states" "$broken" "$found" "$solutions"
            failed=$((failed + 1))
        fi
    done <"$build/$1.both"
}

for name in nkcount vmcount; do
    "$build/$name" $long counts >"$build/$name.counts" || {
        echo "FAIL $name counts: status $?"
        failed=$((failed + 1))
    }
    {
        echo "load $here/$name.maude"
        "$build/$name" $long maude
    } >"$build/$name.run.maude"
    "$maude" -no-banner -no-wrap "$build/$name.run.maude" </dev/null >"$build/$name.out" 2>&1
    reports "$build/$name.out" >"$build/$name.reports"
    compare "$name"
done
[ "$passed" -gt 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
