build3/guest/hard/guest/lib/trap_entry.S.o: guest/lib/trap_entry.S
