# core/resolve_flat.c: that a page is a gap does not hold once an entry has changed
s/ \|\| k->edits != now\.edits//; s/k->edits != now\.edits \|\| //
