# core/watch.c: another target drops the first page of a range only
s/range_last\(old\) \/ FROND_PAGE_SIZE\);/old->base \/ FROND_PAGE_SIZE);/
