# core/watch.c: a store to a page table drops what was translated
# wall: watch-page-table
/^static void page_table_changed/,/^}/s/if \(was != is\)/if (0)/
