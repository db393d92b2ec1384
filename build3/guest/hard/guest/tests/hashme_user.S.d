build3/guest/hard/guest/tests/hashme_user.S.o: guest/tests/hashme_user.S
