build3/guest/hard/guest/tests/clone_images.S.o: \
  guest/tests/clone_images.S
