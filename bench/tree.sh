#!/usr/bin/env bash
# tree.sh - what a node costs in host memory: a tree of 31 nodes, and one of 10,029, nine deep.
# shellcheck source=machine.sh disable=SC1091
. "$(dirname "$0")/machine.sh"

need "$B/bench/tree" "$B/guest/leaf.bin" "$B/guest/nucleus.bin"
machine
for tree in 31 ten-thousand; do
    echo "$tree:"
    "$B/bench/tree" "$B/guest" "$tree" | sed 's/^/  /'
    [ "${PIPESTATUS[0]}" = 0 ] || exit 1
done
