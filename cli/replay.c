/* replay.c - frond check --replay TRACE: the model walks along a trace of `frond run --trace`. */
#include "../check/replay.h"
#include "cli.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* True: every event is allowed. Else *line is the first that is not. */
static bool walk(struct replay *r, FILE *f, char **line, size_t *room) {
    ssize_t n;

    while ((n = getline(line, room, f)) > 0) {
        if ((*line)[n - 1] == '\n')
            (*line)[n - 1] = 0;
        if (!replay_line(r, *line))
            return false;
    }
    **line = 0;
    return replay_end(r);
}

int check_replay(const char *path) {
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    struct replay *r = replay_new();
    size_t room = 1;
    char *line = malloc(room);
    bool ok;

    if (!f || !r || !line) {
        free(line);
        replay_free(r);
        return complain("%s cannot be read; frond run --trace FILE writes a trace", path);
    }
    *line = 0;
    ok = walk(r, f, &line, &room);
    if (ok)
        printf("%s: %" PRIu64 " events, each allowed; %" PRIu64
               " only in part: page tables are not in a "
               "trace\n",
               path, replay_events(r), replay_unjudged(r));
    else
        printf("%s: forbidden: %s\n  %s\n", path, replay_why(r), line);
    if (f != stdin)
        fclose(f);
    free(line);
    replay_free(r);
    return ok ? 0 : 1;
}
