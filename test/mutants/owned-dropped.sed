# core/path.c: what was derived from a page is dropped when it becomes a descriptor of the path
# wall: own-page
s/^    core_drop_page\(c, page\);$/    (void)0;/
