/*
 * treefile.c - a tree of nodes out of a YAML file.
 *
 * libcyaml checks the form (keys, lists, words) and its values arrive as texts; numbers are read here.
 * A document of libyaml, which libcyaml stands on, is kept beside it: it knows the line of everything,
 * so that any later complaint can tell it.
 */
#define _GNU_SOURCE
#include "cli.h"
#include "options.h"
#include "plan.h"
#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* A node as it stands in the file. */
struct entry {
    char *image, *bios, *kernel, *initrd, *arguments;
    char *memory, *pool, *slice, *epoch, *seed, *repeat, *weight;
    enum { PAGES_OWN, PAGES_SHARED, PAGES_POOLED } pages;
    uint32_t devices;
    struct entry *children;
    unsigned children_count;
};

enum { UART = 1, UART_PASS = 2, VIRTIO0 = 4 };

static const cyaml_strval_t device_words[] = {
    {"uart", UART},
    {"uart-pass", UART_PASS},
    {"virtio0", VIRTIO0},
    {"virtio1", VIRTIO0 << 1},
    {"virtio2", VIRTIO0 << 2},
    {"virtio3", VIRTIO0 << 3},
    {"virtio4", VIRTIO0 << 4},
    {"virtio5", VIRTIO0 << 5},
    {"virtio6", VIRTIO0 << 6},
    {"virtio7", VIRTIO0 << 7},
};

static const cyaml_strval_t page_words[] = {
    {"own", PAGES_OWN}, {"shared", PAGES_SHARED}, {"pooled", PAGES_POOLED}};

#define TEXT(key, member)                                                                          \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct entry, member, 1, \
                           CYAML_UNLIMITED)

static const cyaml_schema_value_t entry_schema;

static const cyaml_schema_field_t fields[] = {
    TEXT("image", image),
    TEXT("bios", bios),
    TEXT("kernel", kernel),
    TEXT("initrd", initrd),
    TEXT("arguments", arguments),
    TEXT("memory", memory),
    TEXT("pool", pool),
    TEXT("slice", slice),
    TEXT("epoch", epoch),
    TEXT("seed", seed),
    TEXT("repeat", repeat),
    TEXT("weight", weight),
    CYAML_FIELD_ENUM("pages", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct entry, pages,
                     page_words, CYAML_ARRAY_LEN(page_words)),
    CYAML_FIELD_FLAGS("devices", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct entry, devices,
                      device_words, CYAML_ARRAY_LEN(device_words)),
    CYAML_FIELD_SEQUENCE("children", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct entry,
                         children, &entry_schema, 1, CYAML_UNLIMITED),
    CYAML_FIELD_END};

static const cyaml_schema_value_t entry_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct entry, fields)};
static const cyaml_schema_value_t top_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct entry, fields)};

static const char known[] = "keys are image, bios, kernel, initrd, arguments, memory, pool, slice, "
                            "epoch, seed, repeat, weight, pages, devices, children";

/* ---- Lines ---------------------------------------------------------------------------------------- */

static yaml_node_t *value_of(yaml_document_t *d, yaml_node_t *map, const char *key) {
    if (!map || map->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *e = map->data.mapping.pairs.start; e < map->data.mapping.pairs.top;
         e++) {
        const yaml_node_t *k = yaml_document_get_node(d, e->key);
        if (k && k->type == YAML_SCALAR_NODE &&
            strcmp((const char *)k->data.scalar.value, key) == 0)
            return yaml_document_get_node(d, e->value);
    }
    return NULL;
}

/* The mapping of a record. */
static yaml_node_t *mapping_of(const struct plan *p, yaml_document_t *d, unsigned node) {
    yaml_node_t *at, *list;

    if (node == 0)
        return yaml_document_get_root_node(d);
    at = mapping_of(p, d, p->node[node].parent); /* as deep as the file: libyaml limits it */
    list = value_of(d, at, "children");
    if (!list || list->type != YAML_SEQUENCE_NODE)
        return at;
    return yaml_document_get_node(d, list->data.sequence.items.start[p->node[node].ordinal]);
}

unsigned treefile_line(const struct plan *p, unsigned node, const char *key) {
    yaml_document_t *d = p->document;
    yaml_node_t *at = d ? mapping_of(p, d, node) : NULL, *value;

    if (!at)
        return 1;
    value = key ? value_of(d, at, key) : NULL;
    return (unsigned)(value ? value : at)->start_mark.line + 1;
}

void treefile_free(struct plan *p) {
    if (p->document)
        yaml_document_delete(p->document);
    free(p->document);
    p->document = NULL;
}

/* Reads the file as any YAML. 0, or EXIT_USAGE after a complaint. */
static int parse_document(struct plan *p, const char *path) {
    yaml_parser_t parser;
    yaml_document_t *d = calloc(1, sizeof *d);
    FILE *f = fopen(path, "rb");
    int status = 0;

    if (!f || !d || !yaml_parser_initialize(&parser)) {
        status = complain("%s: %s", path, strerror(errno));
        if (f)
            fclose(f);
        free(d);
        return status;
    }
    yaml_parser_set_input_file(&parser, f);
    if (!yaml_parser_load(&parser, d)) {
        status = complain("%s:%zu: no YAML: %s", path, parser.problem_mark.line + 1,
                          parser.problem ? parser.problem : "cannot be read");
        free(d);
    } else {
        p->document = d;
        if (!yaml_document_get_root_node(d))
            status = complain("%s:1: empty; a tree is a node with children, or an image", path);
    }
    yaml_parser_delete(&parser);
    fclose(f);
    return status;
}

/* ---- Form ------------------------------------------------------------------------------------------ */

/* libcyaml says what is wrong in its first line, and where in the second with a line number. */
struct told {
    char what[256];
    unsigned line;
};

static void listen(cyaml_log_t level, void *ctx, const char *format, va_list args) {
    struct told *t = ctx;
    char text[256];
    const char *line, *what;

    if (level < CYAML_LOG_WARNING)
        return;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = 0;
    line = strstr(text, "(line: ");
    what = strncmp(text, "Load: ", 6) == 0 ? text + 6 : text;
    if (strstr(what, "Backtrace"))
        return;
    if (line && t->line == 0)
        t->line = (unsigned)strtoul(line + 7, NULL, 10);
    else if (!line && t->what[0] == 0)
        snprintf(t->what, sizeof t->what, "%s", what);
}

/* libcyaml tells an unknown key by the line where its mapping begins: the key's own line. */
static unsigned key_line(yaml_document_t *d, const struct told *t) {
    const char *key = strrchr(t->what, ' ');
    const yaml_node_t *n;

    for (int i = 1; key && (n = yaml_document_get_node(d, i)) != NULL; i++) {
        if (n->type != YAML_MAPPING_NODE || n->start_mark.line + 1 != t->line)
            continue;
        for (yaml_node_pair_t *e = n->data.mapping.pairs.start; e < n->data.mapping.pairs.top;
             e++) {
            const yaml_node_t *k = yaml_document_get_node(d, e->key);
            if (k->type == YAML_SCALAR_NODE &&
                strcmp((const char *)k->data.scalar.value, key + 1) == 0)
                return (unsigned)k->start_mark.line + 1;
        }
    }
    return t->line;
}

static int check_form(const struct plan *p, const char *path, struct entry **top,
                      cyaml_config_t *c) {
    struct told t = {.line = 0};
    const char *right = "";

    *c = (cyaml_config_t){.log_fn = listen,
                          .log_ctx = &t,
                          .mem_fn = cyaml_mem,
                          .log_level = CYAML_LOG_WARNING,
                          .flags = CYAML_CFG_NO_ALIAS};
    cyaml_err_t e = cyaml_load_file(path, c, &top_schema, (cyaml_data_t **)top, NULL);
    c->log_fn = NULL;
    if (e == CYAML_OK && *top && t.what[0] == 0)
        return 0;
    if (e == CYAML_ERR_INVALID_KEY) {
        right = known;
        t.line = key_line(p->document, &t);
    }
    if (e == CYAML_ERR_ALIAS)
        right = "write it out, or use 'repeat'";
    else if (strstr(t.what, "flag"))
        right = "devices are uart, uart-pass, virtio0 to virtio7";
    else if (strstr(t.what, "ENUM"))
        right = "pages are own, shared or pooled";
    else if (e == CYAML_OK)
        right = "one tree a file";
    return complain("%s:%u: %s%s%s", path, t.line ? t.line : 1,
                    t.what[0] ? t.what : cyaml_strerror(e), *right ? "; " : "", right);
}

/* ---- Values ----------------------------------------------------------------------------------------- */

/* A number or size out of its text; 0 if there is none. */
static int number(const struct plan *p, unsigned i, const char *key, const char *text, bool size,
                  uint64_t least, uint64_t most, uint64_t *out) {
    uint64_t n;

    if (!text)
        return 0;
    if (!(size ? size_parse(text, &n) && n % FROND_PAGE_SIZE == 0 : number_parse(text, &n)) ||
        n < least || n > most)
        return plan_wrong(p, i, key, "%s '%s': should be %s, at least %llu, at most %llu", key,
                          text, size ? "bytes in multiples of 4096, as 64K or 2M" : "a number",
                          (unsigned long long)least, (unsigned long long)most);
    *out = n;
    return 0;
}

static int numbers(struct plan *p, unsigned i, const struct entry *e) {
    struct plan_node *n = &p->node[i];
    uint64_t repeat = 1, weight = 1;
    const uint64_t most = 1ULL << 40;

    if (number(p, i, "memory", e->memory, true, 4096, most, &n->memory) ||
        number(p, i, "pool", e->pool, true, 4096, most, &n->pool) ||
        number(p, i, "slice", e->slice, false, 1, UINT32_MAX, &n->slice) ||
        number(p, i, "epoch", e->epoch, false, 0, UINT64_MAX, &n->epoch) ||
        number(p, i, "seed", e->seed, false, 0, UINT64_MAX, &n->seed) ||
        number(p, i, "repeat", e->repeat, false, 1, 1000000, &repeat) ||
        number(p, i, "weight", e->weight, false, 1, 1000000, &weight))
        return EXIT_USAGE;
    if (i == 0 && (e->repeat || e->weight))
        return plan_wrong(p, i, e->repeat ? "repeat" : "weight",
                          "there is one node 0: leave out %s", e->repeat ? "'repeat'" : "'weight'");
    n->repeat = (uint32_t)repeat;
    n->weight = (uint32_t)weight;
    return 0;
}

/* Whether a record has a key, be its value as empty as it may. */
static bool has_key(const struct plan *p, unsigned i, const char *key) {
    return value_of(p->document, mapping_of(p, p->document, i), key) != NULL;
}

static void devices(struct plan *p, unsigned i, const struct entry *e) {
    struct plan_node *n = &p->node[i];
    uint32_t d = has_key(p, i, "devices") ? e->devices : UART;

    n->flags |= d & UART_PASS ? IMAGE_UART | IMAGE_UART_PASS : d & UART ? IMAGE_UART : 0;
    n->virtio = d / VIRTIO0;
    n->flags |= e->pages == PAGES_SHARED ? IMAGE_SHARE : e->pages == PAGES_POOLED ? IMAGE_PAGED : 0;
}

/* A path of the file: as seen from the folder it lies in. */
static bool path_copy(char **to, const char *file, const char *path) {
    const char *slash = strrchr(file, '/');
    int folder = !slash || path[0] == '/' ? 0 : (int)(slash - file) + 1;

    return asprintf(to, "%.*s%s", folder, file, path) >= 0;
}

static int texts(struct plan *p, unsigned i, const struct entry *e) {
    struct plan_node *n = &p->node[i];

    if ((e->image && !path_copy(&n->image, p->file, e->image)) ||
        (e->bios && !path_copy(&n->bios, p->file, e->bios)) ||
        (e->kernel && !path_copy(&n->kernel, p->file, e->kernel)) ||
        (e->initrd && !path_copy(&n->initrd, p->file, e->initrd)) ||
        (e->arguments && !(n->args = strdup(e->arguments))))
        return complain("out of memory");
    return 0;
}

static const struct entry *source(const struct plan *p, unsigned i) { return p->node[i].source; }

/* Records level by level: those of a record's children go behind all that are there. */
static int make_records(struct plan *p, const struct entry *top) {
    struct plan_node *n = plan_add(p, 0, 0);

    if (!n)
        return EXIT_USAGE;
    n->source = top;
    for (unsigned i = 0; i < p->nodes; i++) {
        const struct entry *e = source(p, i);
        devices(p, i, e);
        if (numbers(p, i, e) || texts(p, i, e))
            return EXIT_USAGE;
        p->node[i].first = p->nodes;
        p->node[i].children = e->children_count;
        for (unsigned k = 0; k < e->children_count; k++) {
            if (!(n = plan_add(p, i, k)))
                return EXIT_USAGE;
            n->source = &e->children[k];
        }
    }
    return 0;
}

int treefile_read(struct plan *p, const char *path) {
    struct entry *top = NULL;
    cyaml_config_t c;
    int status;

    p->file = path;
    status = parse_document(p, path);
    if (!status) {
        status = check_form(p, path, &top, &c);
        if (!status)
            status = make_records(p, top);
        if (top)
            cyaml_free(&c, &top_schema, top, 0);
    }
    return status;
}
