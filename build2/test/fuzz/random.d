build2/test/fuzz/random.o: test/fuzz/random.c
