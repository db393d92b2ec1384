/* tree.c - frond tree: checks a tree and draws it, as text or for graphviz. */
#include "boot.h"
#include "cli.h"
#include "options.h"
#include "plan.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* What a node is, in a few words. */
static void describe(const struct plan *p, const struct boot *b, unsigned i, const char *comma,
                     FILE *to) {
    const struct plan_node *n = &p->node[i];
    char size[SIZE_TEXT];

    if (n->children)
        fputs("nucleus", to);
    else
        fprintf(to, "%s%s%s%s%s",
                base_name(n->image  ? n->image
                          : n->bios ? n->bios
                                    : n->kernel),
                n->bios && n->kernel ? " + " : "", n->bios && n->kernel ? base_name(n->kernel) : "",
                n->initrd ? " + " : "", n->initrd ? base_name(n->initrd) : "");
    fprintf(to, "%s%s", comma, size_text(b->ram[i], size));
    if (n->weight > 1)
        fprintf(to, "%sweight %u", comma, n->weight);
    if (n->pool)
        fprintf(to, "%spool %s", comma, size_text(n->pool, size));
    if (n->flags & (IMAGE_SHARE | IMAGE_PAGED))
        fprintf(to, "%s%s", comma, n->flags & IMAGE_SHARE ? "shared" : "pooled");
    if (i && (n->flags & IMAGE_UART_PASS))
        fprintf(to, "%suart-pass", comma);
    for (unsigned slot = 0; slot < FROND_VIRTIO_SLOTS; slot++)
        if (n->virtio >> slot & 1)
            fprintf(to, "%svirtio%u", comma, slot);
    if (n->args)
        fprintf(to, "%s\"%s\"", comma, n->args);
}

/* The last part of a record's label. */
static const char *last_part(const struct plan *p, unsigned i, char *to, size_t room) {
    const char *dot;

    plan_label(p, i, to, room);
    dot = strrchr(to, '.');
    return dot ? dot + 1 : to;
}

static bool is_last(const struct plan *p, unsigned i) {
    const struct plan_node *up = &p->node[p->node[i].parent];

    return i == up->first + up->children - 1;
}

/* One line: bars of what goes on beside it, its own branch, its label. */
static void draw_line(const struct plan *p, const struct boot *b, unsigned i) {
    char label[256];
    unsigned depth = plan_depth(p, i);

    for (unsigned level = 1; level < depth; level++) {
        unsigned up = i;
        for (unsigned k = depth; k > level; k--)
            up = p->node[up].parent;
        fputs(is_last(p, up) ? "   " : "|  ", stdout);
    }
    if (i)
        fputs(is_last(p, i) ? "`- " : "|- ", stdout);
    printf("%s  ", last_part(p, i, label, sizeof label));
    describe(p, b, i, ", ", stdout);
    if (plan_count(p, i) > 1)
        printf(", %" PRIu64 " nodes", plan_count(p, i));
    putchar('\n');
}

/* Depth first, by the parents' numbers: no recursion. */
static void draw_text(const struct plan *p, const struct boot *b) {
    unsigned i = 0;

    for (;;) {
        draw_line(p, b, i);
        if (p->node[i].children) {
            i = p->node[i].first;
            continue;
        }
        while (i && is_last(p, i))
            i = p->node[i].parent;
        if (i == 0)
            return;
        i++;
    }
}

/* A text inside double quotes. */
static void draw_dot(const struct plan *p, const struct boot *b) {
    char label[256];

    puts("digraph frond {\n  node [shape=box, fontname=\"monospace\"];");
    for (unsigned i = 0; i < p->nodes; i++) {
        char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);
        if (f) {
            plan_label(p, i, label, sizeof label);
            fprintf(f, "%s\n", label);
            describe(p, b, i, "\n", f);
            fclose(f);
        }
        printf("  n%u [label=\"", i);
        for (const char *c = text ? text : ""; *c; c++) {
            if (*c == '"' || *c == '\\')
                putchar('\\');
            fputs(*c == '\n' ? "\\n" : (char[]){*c, 0}, stdout);
        }
        printf("\"%s];\n", plan_count(p, i) > 1 ? ", peripheries=2" : "");
        free(text);
    }
    for (unsigned i = 1; i < p->nodes; i++) {
        printf("  n%u -> n%u", p->node[i].parent, i);
        if (p->node[i].repeat > 1)
            printf(" [label=\"x%u\"]", p->node[i].repeat);
        puts(";");
    }
    puts("}");
}

static void draw_sum(const struct plan *p, const struct boot *b) {
    uint64_t nodes = 0;
    unsigned depth = 0;

    for (unsigned i = 0; i < p->nodes; i++) {
        nodes += plan_count(p, i);
        depth = plan_depth(p, i) > depth ? plan_depth(p, i) : depth;
    }
    printf("%" PRIu64 " node%s, depth %u, %" PRIu64 "K of memory and %" PRIu64 "K of images\n",
           nodes, nodes == 1 ? "" : "s", depth, boot_memory(b) >> 10, boot_extra(b) >> 10);
}

static int help(const struct option *row) {
    printf("usage: frond tree [OPTION...] FILE.yaml\n\n"
           "Checks a tree of nodes, with its images and memory, and draws it. frond run --tree "
           "runs it.\n"
           "frond(1) tells the keys of such a file.\n\n");
    options_help(row);
    return 0;
}

int cmd_tree(int argc, char **argv) {
    bool dot = false;
    const char *file = NULL;
    struct option row[] = {{"dot", NULL,
                            "for graphviz, as in frond tree --dot FILE.yaml | dot -Tsvg",
                            OPTION_FLAG, .to.flag = &dot},
                           {.name = NULL}};
    struct plan p = {0};
    struct boot b = {0};
    int status = options_parse("tree", row, argc, argv, &file, 1);

    if (status == -1)
        return help(row);
    if (!status && !file)
        status = complain("tree: no file: give a FILE.yaml");
    if (!status)
        status = treefile_read(&p, file);
    if (!status)
        status = plan_check(&p, UINT32_MAX);
    if (!status)
        status = boot_make(&b, &p);
    if (!status && dot)
        draw_dot(&p, &b);
    else if (!status) {
        draw_text(&p, &b);
        draw_sum(&p, &b);
    }
    boot_free(&b);
    plan_free(&p);
    return status;
}
