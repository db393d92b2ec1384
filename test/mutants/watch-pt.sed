# core/watch.c: a store to a page table drops what was translated
/^static void page_table_changed/,/^}/s/if \(was != is\)/if (0)/
