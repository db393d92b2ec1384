build3/guest/soft/guest/nucleus/call.S.o: guest/nucleus/call.S
