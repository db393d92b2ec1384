/* drive.c - see drive.h. */
#define _GNU_SOURCE
#include "drive.h"
#include "cli.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum mode { RW, RO, COW, MODES };

static const char *const mode_word[MODES] = {"rw", "ro", "cow"};

/* The mode behind the last comma; the file's name is what stands before. */
static enum mode split(const char *text, size_t *name) {
    const char *comma = strrchr(text, ',');
    unsigned m = RW;

    *name = comma ? (size_t)(comma - text) : strlen(text);
    if (comma)
        for (m = 0; m < MODES && strcmp(comma + 1, mode_word[m]) != 0; m++)
            continue;
    return (enum mode)m;
}

static int open_one(struct drive *d, const char *text) {
    size_t length;
    enum mode mode = split(text, &length);
    char *path;
    int status = 0;

    if (mode == MODES || length == 0)
        return complain("run: --drive '%s': should be FILE, or FILE,ro or FILE,cow or FILE,rw",
                        text);
    path = strndup(text, length);
    if (!path)
        return complain("out of memory");
    if (host_disk_open(&d->disk, path, mode != RW, &d->file) != 0)
        status =
            complain("run: --drive %s: %s; should be a raw disk image%s", path,
                     errno == EINVAL ? "not a regular file" : strerror(errno),
                     errno == EACCES && mode == RW ? " that may be written, or ,ro or ,cow" : "");
    else if (d->file.size < 512)
        status = complain("run: --drive %s: %llu bytes; a disk has at least one sector of 512",
                          path, (unsigned long long)d->file.size);
    else if (mode == COW && !(d->cow = block_cow_new(&d->file)))
        status = complain("out of memory");
    free(path);
    return status;
}

int drives_open(struct drives *d, const struct option_list *texts) {
    if (texts->count > FROND_VIRTIO_SLOTS)
        return complain("run: %u drives; there are %u slots", texts->count, FROND_VIRTIO_SLOTS);
    for (unsigned i = 0; i < texts->count; i++) {
        d->drive[i].disk.fd = -1;
        d->count = i + 1;
        int status = open_one(&d->drive[i], texts->text[i]);
        if (status)
            return status;
        for (unsigned k = 0; k < i; k++)
            if (host_disk_same(&d->drive[i].disk, &d->drive[k].disk) &&
                (!d->drive[i].file.read_only || !d->drive[k].file.read_only))
                return complain("run: --drive '%s': the same file as --drive '%s', and written to; "
                                "a file is one disk",
                                texts->text[i], texts->text[k]);
    }
    return 0;
}

int drives_attach(struct drives *d, struct frond *m) {
    for (unsigned i = 0; i < d->count; i++) {
        struct drive *e = &d->drive[i];
        if (frond_attach_block(m, i, e->cow ? e->cow : &e->file))
            return complain("run: drive %u: %s", i, frond_error(m));
    }
    return 0;
}

void drives_close(struct drives *d) {
    for (unsigned i = 0; i < d->count; i++) {
        if (d->drive[i].cow)
            block_cow_free(d->drive[i].cow);
        host_disk_close(&d->drive[i].disk);
    }
    d->count = 0;
}
