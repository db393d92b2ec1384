# core/resolve_display.c: the registers nearest the top are those in the processor
s/level \+ CORE_DISPLAY_SIZE <= c->top/level > CORE_DISPLAY_SIZE/
