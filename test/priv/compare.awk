# compare.awk DIFFERENCES PEER OURS: a line `FAIL ...` for each row that is not as it should be; the last
# line is the numbers of rows that passed and failed.

function rest(line, name) { return substr(line, length(name) + 2) }
function fail(text) { print "FAIL " text; failed++ }

# A reason (lines with #), then entries: a name, and after `<` and `>` what frond and the peer print; `-`:
# it has no such row.
FILENAME == ARGV[1] {
    if (/^#/ || /^$/)
        next
    if (/^< /)
        ours_listed[entry] = substr($0, 3)
    else if (/^> /)
        peer_listed[entry] = substr($0, 3)
    else {
        entry = $1
        if (entry in listed)
            fail(entry ": listed twice")
        listed[entry] = 1
    }
    next
}

FILENAME == ARGV[2] {
    if ($1 in peer)
        fail($1 ": twice from the peer")
    peer[$1] = rest($0, $1)
    names[$1] = 1
    next
}

{
    if ($1 in ours)
        fail($1 ": twice")
    ours[$1] = rest($0, $1)
    names[$1] = 1
}

END {
    for (n in names) {
        a = n in ours ? ours[n] : "-"
        b = n in peer ? peer[n] : "-"
        if (n in listed)
            ok = a == ours_listed[n] && b == peer_listed[n] && a != b
        else if (n ~ /^nofence\./ && !(n in peer)) {
            b = substr(n, 9) in ours ? ours[substr(n, 9)] : "-"
            ok = a == b
        } else
            ok = a == b
        if (ok)
            passed++
        else
            fail(n ": " a " | " b)
    }
    for (n in listed)
        if (!(n in names))
            fail(n ": listed as different, and printed by neither")
    print passed + 0, failed + 0
}
