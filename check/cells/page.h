/*
 * page.h - forced in front of core/'s files and cells.c: a page of 32 bytes, so that one cell of model/vm.h is one page,
 * and holds one entry of a map. Nothing else of core/ is changed. The descriptor keeps its size: core/ reads it by pointer only.
 */
#ifndef FROND_CHECK_CELLS_PAGE_H
#define FROND_CHECK_CELLS_PAGE_H

#include "frond_abi.h"

#undef FROND_PAGE_SIZE
#define FROND_PAGE_SIZE 32
_Static_assert(sizeof(struct frond_range) == FROND_PAGE_SIZE, "an entry");

#endif
