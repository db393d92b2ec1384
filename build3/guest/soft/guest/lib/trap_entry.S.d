build3/guest/soft/guest/lib/trap_entry.S.o: guest/lib/trap_entry.S
