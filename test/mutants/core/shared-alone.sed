# core/audit.c: one sibling that says SHARED is enough
s/!\(says && t->shared\)/!(says || t->shared)/
