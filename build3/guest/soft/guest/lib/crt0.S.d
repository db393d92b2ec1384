build3/guest/soft/guest/lib/crt0.S.o: guest/lib/crt0.S
