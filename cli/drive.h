/* drive.h - --drive FILE[,ro|cow|rw]: raw disk files as virtio disks, slot by slot. */
#ifndef FROND_CLI_DRIVE_H
#define FROND_CLI_DRIVE_H

#include "../dev/dev.h"
#include "../host/host.h"
#include "frond.h"
#include "options.h"

struct drives {
    struct drive {
        struct host_disk disk;
        struct dev_block file, *cow;
    } drive[FROND_VIRTIO_SLOTS];
    unsigned count;
};

/* Each returns 0, or EXIT_USAGE after a complaint. */
int drives_open(struct drives *d, const struct option_list *texts);
/* To the first slots of a machine. */
int drives_attach(struct drives *d, struct frond *m);
void drives_close(struct drives *d);

#endif
