build3/guest/hard/guest/tests/exits_child.S.o: guest/tests/exits_child.S
