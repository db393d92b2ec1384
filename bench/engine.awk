# engine.awk - for engine.sh: out of WORK.runs (lines of clock -r: round, name, user s, system s) a table, JSON and, of the
# peers, engine.dat for engine.gnuplot.
#
# -v mode=peers|depth, json=FILE, rounds, percent, load, machine. A ratio is the median, over the rounds, of the ratio of
# user times in one round; an interval is Student's, of the mean of its logarithms.

BEGIN { FS = "\t" }
FNR == 1 { work[++works] = substr(FILENAME, 1, index(FILENAME, ".runs") - 1) }
$3 <= 0 && work[works] != "start" { print "engine.awk: " FILENAME ": too short to measure: a larger PERCENT" > "/dev/stderr"; bad = 1; exit 1 }
{ user[work[works], $2, $1] = $3; there[work[works], $2] = 1 }

function sorted_median(v, n,    i, j, t) {
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && v[j - 1] > v[j]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
    return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

function median(w, name,    r, v) {
    for (r = 0; r < rounds; r++) v[r + 1] = user[w, name, r]
    return sorted_median(v, rounds)
}

# Of a's user time to b's; -1: one of them was not run.
function ratio(w, a, b,    r, v) {
    if (!((w, a) in there) || !((w, b) in there)) return -1
    for (r = 0; r < rounds; r++) v[r + 1] = user[w, a, r] / user[w, b, r]
    return sorted_median(v, rounds)
}

# Student's t for 97.5% and f degrees of freedom (Abramowitz and Stegun, 26.7.5): within 0.01 from 4 on.
function student(f,    z) {
    z = 1.959964
    return z + (z^3 + z) / (4 * f) + (5 * z^5 + 16 * z^3 + 3 * z) / (96 * f^2) + \
        (3 * z^7 + 19 * z^5 + 17 * z^3 - 15 * z) / (384 * f^3)
}

function cell(x, digits) { return x < 0 ? "-" : sprintf("%." digits "f", x) }

function out(text) { printf("%s", text) > json }

function json_head() {
    gsub(/["\\]/, "", machine)
    out(sprintf("{\n  \"machine\": \"%s\",\n  \"load\": \"%s\",\n  \"rounds\": %d,\n  \"percent\": %d,\n", \
        machine, load, rounds, percent))
}

# All runs of a work, as members of an object.
function json_runs(w, names, n,    i, r, comma) {
    out(sprintf("\"user_s\": {"))
    for (i = 1; i <= n; i++) {
        if (!((w, names[i]) in there)) continue
        out(sprintf("%s\"%s\": [", comma, names[i]))
        for (r = 0; r < rounds; r++) out(sprintf("%s%s", r ? ", " : "", user[w, names[i], r]))
        out(sprintf("]"))
        comma = ", "
    }
    out(sprintf("}"))
}

function peers(    n, m, i, k, w, x, names, of, to, log_sum, count, least) {
    n = split("native qemu-user qemu-m jit-m qemu-s jit-s interp-m", names, " ")
    m = split("qemu-m qemu-s qemu-user interp-m jit-m jit-s qemu-m qemu-s", of, " ")
    split("jit-m jit-s jit-s jit-m native native native native", to, " ")
    json_head()
    out(sprintf("  \"works\": ["))
    print "user seconds, medians"
    printf "%-10s", "work"; for (i = 1; i <= n; i++) printf " %10s", names[i]; print ""
    for (k = 1; k <= works; k++) {
        w = work[k]
        printf "%-10s", w
        for (i = 1; i <= n; i++) printf " %10s", (w, names[i]) in there ? cell(median(w, names[i]), 3) : "-"
        print ""
    }
    print "\nratios, medians over the rounds: how many times faster, or slower than native"
    printf "%-10s", "work"; for (i = 1; i <= m; i++) printf " %18s", of[i] "/" to[i]; print ""
    for (k = 1; k <= works; k++) {
        w = work[k]
        printf "%-10s", w
        out(sprintf("%s\n    {\"name\": \"%s\", ", k > 1 ? "," : "", w))
        json_runs(w, names, n)
        out(sprintf(", \"ratios\": {"))
        printf("%s", w) > "engine.dat"
        for (i = 1; i <= m; i++) {
            x = ratio(w, of[i], to[i])
            printf " %18s", cell(x, 2)
            out(sprintf("%s\"%s/%s\": %s", i > 1 ? ", " : "", of[i], to[i], x < 0 ? "null" : sprintf("%.4f", x)))
            printf(" %s", x < 0 ? "NaN" : sprintf("%.4f", x)) > "engine.dat"
            if (x >= 0) { log_sum[i] += log(x); count[i]++; if (!(i in least) || x < least[i]) least[i] = x }
        }
        print ""
        out(sprintf("}}"))
        print "" > "engine.dat"
    }
    out(sprintf("\n  ],\n  \"geometric_means\": {"))
    printf "%-10s", "geomean"
    for (i = 1; i <= m; i++) {
        x = count[i] ? exp(log_sum[i] / count[i]) : -1
        printf " %18s", cell(x, 2)
        out(sprintf("%s\"%s/%s\": %s", i > 1 ? ", " : "", of[i], to[i], x < 0 ? "null" : sprintf("%.4f", x)))
    }
    printf "\n%-10s", "least"; for (i = 1; i <= m; i++) printf " %18s", i in least ? cell(least[i], 2) : "-"; print ""
    out("}\n}\n")
}

# Mean and interval of sample[1..rounds], logarithms of ratios: into result["mean"], "low", "high".
function interval(sample, result,    r, sum, squares, half) {
    for (r = 1; r <= rounds; r++) sum += sample[r]
    for (r = 1; r <= rounds; r++) squares += (sample[r] - sum / rounds)^2
    half = student(rounds - 1) * sqrt(squares / (rounds - 1) / rounds)
    result["mean"] = exp(sum / rounds); result["low"] = exp(sum / rounds - half); result["high"] = exp(sum / rounds + half)
}

# A line of the table and its JSON. ratios[d, r]: logarithms, of round r at depth d.
function depth_line(name, ratios, depths, n,    i, r, d, sample, result, slope, weight) {
    printf "%-10s", name
    for (i = 2; i <= n; i++) {
        d = depths[i]
        for (r = 1; r <= rounds; r++) sample[r] = ratios[d, r]
        interval(sample, result)
        printf "   %.4f [%.4f, %.4f]%s", result["mean"], result["low"], result["high"], \
            result["low"] <= 1 || result["high"] < 1.01 ? " " : "!"
        out(sprintf("%s\"%s\": {\"mean\": %.5f, \"low\": %.5f, \"high\": %.5f}", i > 2 ? ", " : "", d, \
            result["mean"], result["low"], result["high"]))
        slope += d * (result["mean"] - 1); weight += d * d
    }
    printf "   %8.4f\n", 100 * slope / weight
    out(sprintf(", \"slope\": %.6f", slope / weight))
}

function depth(    n, i, k, r, w, depths, ratios, all, counted) {
    n = split("0 1 4 16", depths, " ")
    json_head()
    out(sprintf("  \"works\": ["))
    print "Sv39; user time to that at depth 0: mean of " rounds " pairs [95% interval]; !: neither contains 1 nor lies below 1.01"
    printf "%-10s   %-24s   %-24s   %-24s   %% a level\n", "work", "depth 1", "depth 4", "depth 16"
    for (k = 1; k <= works; k++) {
        w = work[k]
        out(sprintf("%s\n    {\"name\": \"%s\", ", k > 1 ? "," : "", w))
        json_runs(w, depths, n)
        out(sprintf(", \"ratios\": {"))
        for (i = 2; w != "start" && i <= n; i++)
            for (r = 1; r <= rounds; r++) {
                ratios[depths[i], r] = log(user[w, depths[i], r - 1] / user[w, 0, r - 1])
                all[depths[i], r] += ratios[depths[i], r]
            }
        if (w == "start") {
            printf "start, s  "
            for (i = 1; i <= n; i++) printf "   depth %s: %.4f", depths[i], median(w, depths[i])
            print ""
        } else {
            counted++
            depth_line(w, ratios, depths, n)
        }
        out(sprintf("}}"))
    }
    for (i = 2; i <= n; i++) for (r = 1; r <= rounds; r++) all[depths[i], r] /= counted
    out(sprintf("\n  ],\n  \"geometric_mean\": {"))
    depth_line("geomean", all, depths, n)
    out("}\n}\n")
}

END {
    if (bad) exit 1
    if (!works) { print "engine.awk: no runs" > "/dev/stderr"; exit 1 }
    if (mode == "depth") depth()
    else peers()
}
