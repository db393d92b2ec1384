/* load.c - see isa.h: a description out of a YAML file, its form checked by libcyaml. */
#include "isa.h"
#include <cyaml/cyaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const cyaml_strval_t kinds[] = {{"memory", ISA_MEMORY}, {"address", ISA_ADDRESS},
                                       {"status", ISA_STATUS}, {"map", ISA_MAP},
                                       {"device", ISA_DEVICE}, {"register", ISA_REGISTER}};
static const cyaml_strval_t wheres[] = {{"mapped", ISA_MAPPED},
                                        {"level", ISA_LEVEL},
                                        {"banked", ISA_BANKED},
                                        {"other", ISA_OTHER},
                                        {"absolute", ISA_ABSOLUTE}};
static const cyaml_strval_t nps[] = {{"works", ISA_WORKS},
                                     {"traps", ISA_TRAPS},
                                     {"traps in a VM", ISA_TRAPS_IN_VM},
                                     {"ignored", ISA_IGNORED}};
static const cyaml_strval_t machines[] = {{"hart", ISA_HART}, {"node", ISA_NODE}};
static const cyaml_strval_t vectors[] = {{"none", VECTOR_NONE},
                                         {"mapped", VECTOR_MAPPED},
                                         {"level", VECTOR_LEVEL},
                                         {"banked", VECTOR_BANKED},
                                         {"absolute", VECTOR_ABSOLUTE}};
static const cyaml_strval_t dmas[] = {
    {"none", DMA_NONE}, {"mapped", DMA_MAPPED}, {"banked", DMA_BANKED}, {"absolute", DMA_ABSOLUTE}};
static const cyaml_strval_t gaps[] = {
    {"vmm", GAP_VMM}, {"level 0", GAP_LEVEL_0}, {"nobody", GAP_NOBODY}};
static const cyaml_strval_t rhos[] = {{"vmm", RHO_VMM}, {"reached", RHO_REACHED}};
static const cyaml_strval_t trap_modes[] = {{"p", TRAP_P}, {"same", TRAP_SAME}};
static const cyaml_strval_t trap_vectors[] = {{"level 0", TRAP_LEVEL_0}, {"virtual", TRAP_VIRTUAL}};

#define FIELDS(type, ...)                                                                          \
    static const cyaml_schema_field_t type##_fields[] = {__VA_ARGS__, CYAML_FIELD_END}
#define STRUCT(type, ...)                                                                          \
    static const cyaml_schema_field_t type##_fields[] = {__VA_ARGS__, CYAML_FIELD_END};            \
    static const cyaml_schema_value_t type##_schema = {                                            \
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct type, type##_fields)}
#define TEXT(type, key, flags)                                                                     \
    CYAML_FIELD_STRING_PTR(#key, CYAML_FLAG_POINTER | (flags), struct type, key, 1, CYAML_UNLIMITED)
#define WORD(type, key, member, words)                                                             \
    CYAML_FIELD_ENUM(key, CYAML_FLAG_STRICT, struct type, member, words, CYAML_ARRAY_LEN(words))
#define LIST(type, member, of, flags, least, most)                                                 \
    CYAML_FIELD_SEQUENCE(#member, CYAML_FLAG_POINTER | (flags), struct type, member, &of##_schema, \
                         least, most)

#define WORDS(type, member)                                                                        \
    CYAML_FIELD_SEQUENCE(#member, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct type, member,   \
                         &text_schema, 1, CYAML_UNLIMITED)

static const cyaml_schema_value_t text_schema = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, CYAML_UNLIMITED)};

STRUCT(isa_component, TEXT(isa_component, name, CYAML_FLAG_DEFAULT),
       WORD(isa_component, "kind", kind, kinds), WORD(isa_component, "where", where, wheres),
       WORDS(isa_component, holds));
STRUCT(isa_effect, TEXT(isa_effect, read, CYAML_FLAG_OPTIONAL),
       TEXT(isa_effect, write, CYAML_FLAG_OPTIONAL),
       CYAML_FIELD_BOOL("hidden", CYAML_FLAG_OPTIONAL, struct isa_effect, hidden));
STRUCT(isa_insn, TEXT(isa_insn, name, CYAML_FLAG_DEFAULT),
       TEXT(isa_insn, note, CYAML_FLAG_OPTIONAL), WORD(isa_insn, "in NP", in_np, nps),
       LIST(isa_insn, effects, isa_effect, CYAML_FLAG_OPTIONAL, 0, ISA_EFFECTS),
       WORDS(isa_insn, of));
FIELDS(isa_trap, WORD(isa_trap, "mode", mode, trap_modes),
       WORD(isa_trap, "vector", vector, trap_vectors));

static const cyaml_schema_field_t isa_fields[] = {
    TEXT(isa, name, CYAML_FLAG_DEFAULT),
    TEXT(isa, title, CYAML_FLAG_DEFAULT),
    TEXT(isa, source, CYAML_FLAG_DEFAULT),
    CYAML_FIELD_UINT("modes", CYAML_FLAG_DEFAULT, struct isa, modes),
    CYAML_FIELD_ENUM("machine", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct isa, machine,
                     machines, CYAML_ARRAY_LEN(machines)),
    LIST(isa, components, isa_component, CYAML_FLAG_DEFAULT, 1, ISA_COMPONENTS),
    LIST(isa, instructions, isa_insn, CYAML_FLAG_DEFAULT, 1, CYAML_UNLIMITED),
    WORD(isa, "interrupt", interrupt, vectors),
    WORD(isa, "dma", dma, dmas),
    WORD(isa, "gap", gap, gaps),
    WORD(isa, "maps", maps, rhos),
    CYAML_FIELD_MAPPING("trap", CYAML_FLAG_DEFAULT, struct isa, trap, isa_trap_fields),
    CYAML_FIELD_END};
static const cyaml_schema_value_t isa_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct isa, isa_fields)};

/* ---- Complaints --------------------------------------------------------------------------------------- */

/* libcyaml says what is wrong in its first line, and where in a later one. */
struct told {
    char what[256];
    unsigned line;
};

static void listen(cyaml_log_t level, void *ctx, const char *format, va_list args) {
    struct told *t = ctx;
    char text[256];
    const char *line;

    if (level < CYAML_LOG_ERROR)
        return;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = 0;
    line = strstr(text, "(line: ");
    if (line && t->line == 0)
        t->line = (unsigned)strtoul(line + 7, NULL, 10);
    else if (!line && t->what[0] == 0)
        snprintf(t->what, sizeof t->what, "%s", strncmp(text, "Load: ", 6) == 0 ? text + 6 : text);
}

static const cyaml_config_t quiet = {.mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR};

const char *isa_np_word(enum isa_np n) { return nps[n].str; }

void isa_free(struct isa *a) { cyaml_free(&quiet, &isa_schema, a, 0); }

/* ---- What the form cannot say ------------------------------------------------------------------------- */

static int find(const struct isa *a, const char *name) {
    for (unsigned i = 0; i < a->components_count; i++)
        if (strcmp(a->components[i].name, name) == 0)
            return (int)i;
    return -1;
}

static bool link_effect(const struct isa *a, const struct isa_insn *i, struct isa_effect *e,
                        char *why, size_t size) {
    const char *name = e->read ? e->read : e->write;
    int index;

    if (!e->read == !e->write) {
        snprintf(why, size, "%s: an effect has either read or write", i->name);
        return false;
    }
    index = find(a, name);
    if (index < 0) {
        snprintf(why, size, "%s: no component '%s'; name one of 'components'", i->name, name);
        return false;
    }
    e->act = e->read ? ISA_READ : ISA_WRITE;
    e->index = (unsigned)index;
    if (a->components[index].kind == ISA_ADDRESS && e->act == ISA_WRITE) {
        snprintf(why, size, "%s: a physical address can be read only", i->name);
        return false;
    }
    return true;
}

static bool check_components(const struct isa *a, char *why, size_t size) {
    unsigned statuses = 0;

    for (unsigned i = 0; i < a->components_count; i++) {
        const struct isa_component *c = &a->components[i];

        statuses += c->kind == ISA_STATUS;
        if (find(a, c->name) != (int)i) {
            snprintf(why, size, "two components '%s'; each has a name of its own", c->name);
            return false;
        }
        if (c->where == ISA_OTHER && c->kind != ISA_MEMORY) {
            snprintf(why, size, "%s: only memory is reached by another map", c->name);
            return false;
        }
    }
    if (statuses != (unsigned)(a->modes == 2)) {
        snprintf(why, size, "%u components of kind status; %s", statuses,
                 a->modes == 2 ? "with two modes there is one" : "with one mode there is none");
        return false;
    }
    return true;
}

static bool check(struct isa *a, char *why, size_t size) {
    if (a->modes != 1 && a->modes != 2) {
        snprintf(why, size, "modes %u; should be 1 or 2", a->modes);
        return false;
    }
    if (!check_components(a, why, size))
        return false;
    for (unsigned i = 0; i < a->instructions_count; i++)
        for (unsigned k = 0; k < a->instructions[i].effects_count; k++)
            if (!link_effect(a, &a->instructions[i], &a->instructions[i].effects[k], why, size))
                return false;
    return true;
}

int isa_load(const char *file, struct isa **out, char *why, size_t size) {
    struct told t = {.line = 0};
    char text[160];
    cyaml_config_t config = quiet;
    cyaml_err_t e;

    config.log_fn = listen;
    config.log_ctx = &t;
    *out = NULL;
    e = cyaml_load_file(file, &config, &isa_schema, (cyaml_data_t **)out, NULL);
    if (e != CYAML_OK) {
        snprintf(why, size, "%s:%u: %s; docs/isa.md tells the format", file, t.line ? t.line : 1,
                 t.what[0] ? t.what : cyaml_strerror(e));
        return -1;
    }
    if (check(*out, text, sizeof text))
        return 0;
    snprintf(why, size, "%s: %s", file, text);
    isa_free(*out);
    *out = NULL;
    return -1;
}
