build3/guest/hard/guest/tests/modes_run.S.o: guest/tests/modes_run.S
