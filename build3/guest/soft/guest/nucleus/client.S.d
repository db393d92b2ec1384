build3/guest/soft/guest/nucleus/client.S.o: guest/nucleus/client.S
