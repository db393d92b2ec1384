build3/guest/hard/guest/tests/priv_entry.S.o: guest/tests/priv_entry.S \
  guest/tests/priv.h

guest/tests/priv.h:
