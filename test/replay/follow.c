/* follow.c - see follow.h. */
#include "follow.h"
#include <stdlib.h>
#include <unistd.h>

static FILE *new_file(const char *folder) {
    char path[4096];

    snprintf(path, sizeof path, "%s/XXXXXX", folder);
    int fd = mkstemp(path);
    return fd < 0 ? NULL : fdopen(fd, "w");
}

bool follow(struct follower *f, struct frond *m) {
    const char *folder = getenv("FROND_TRACES");

    *f = (struct follower){.observer = NULL};
    if (folder && !(f->copy = new_file(folder)))
        return false;
    f->observer = observe_begin(m, f->copy);
    return f->observer != NULL;
}

const char *follow_end(struct follower *f) {
    return !f->observer || observe_end(f->observer) ? NULL : observe_why(f->observer);
}

void follow_free(struct follower *f) {
    observe_free(f->observer);
    if (f->copy)
        fclose(f->copy);
}
