/*
 * page.h - included before each file of the kinds of work (guest/rules.mk): its code begins on a page, and all of it
 * fits in one. Translators treat a jump to another page apart: whether a loop lies across two would otherwise be
 * decided by what was linked before it, and differently in work.elf and work-user.
 */
__asm__(".text\n\t.balign 4096");
