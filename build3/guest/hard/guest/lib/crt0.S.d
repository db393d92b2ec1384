build3/guest/hard/guest/lib/crt0.S.o: guest/lib/crt0.S
