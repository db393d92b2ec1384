# core/resolve_rmr.c: a set is loaded up to the end of the table
s/return left < room \? left : room;/return room;/
