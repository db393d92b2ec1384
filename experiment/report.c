/* report.c - see experiment.h: what was seen, for people and as JSON. Every text in it is our own or one of the
 * description, whose quotes are escaped. */
#include "experiment.h"
#include <inttypes.h>

/* ---- For people -------------------------------------------------------------------------------------------------- */

static const char *in_np(const struct experiment_row *r) {
    if (r->traps && r->works)
        return "traps and works";
    return r->traps ? "traps" : "works";
}

/* Popek and Goldberg's classes: mode or map, of which a VM has no own. */
static bool touches(const struct isa *a, uint32_t set) {
    for (unsigned c = 0; c < a->components_count; c++)
        if (set >> c & 1 && !isa_virtual(a->components[c].where, ISA_ONE_LEVEL) &&
            (a->components[c].kind == ISA_STATUS || a->components[c].kind == ISA_MAP))
            return true;
    return false;
}

/* In the seed's meaning: what a VM has no own of. */
static bool sensitive(const struct isa *a, const struct experiment_row *r) {
    for (unsigned c = 0; c < a->components_count; c++)
        if ((r->reads | r->writes) >> c & 1 && !isa_virtual(a->components[c].where, ISA_ONE_LEVEL))
            return true;
    return false;
}

struct classes {
    bool sensitive, control, behaviour;
};
static struct classes classes_of(const struct isa *a, const struct experiment_row *r) {
    return (struct classes){sensitive(a, r), touches(a, r->writes), touches(a, r->reads)};
}

static void text_effects(FILE *to, const struct isa *a, const struct experiment_row *r) {
    for (unsigned c = 0; c < a->components_count; c++) {
        bool own = isa_virtual(a->components[c].where, ISA_ONE_LEVEL);

        if (r->reads >> c & 1 && !own)
            fprintf(to, "      reads %s: %s\n", a->components[c].name, r->read[c].text);
        if (r->writes >> c & 1 && !own)
            fprintf(to, "      writes %s: %s\n", a->components[c].name, r->write[c].text);
    }
}

static void text_row(FILE *to, const struct isa *a, const struct isa_insn *i,
                     const struct experiment_row *r) {
    struct classes k = classes_of(a, r);

    fprintf(to, "  %-22s %3u  %-5s  %s%s%s\n", i->name, r->items, in_np(r),
            k.sensitive ? "sensitive" : "innocuous", k.control ? ", control" : "",
            k.behaviour ? ", behaviour" : "");
    text_effects(to, a, r);
}

void experiment_text(FILE *to, const struct experiment *e) {
    fprintf(to,
            "%s, by experiment on frond's own machine: %u rows of insn.def and %u CSRs, %" PRIu64
            " runs, seed %" PRIu64 "\n"
            "  what the description calls it, how many it is for, in NP-mode, class; witnesses\n",
            e->isa->name, e->rows, e->csrs, e->runs, e->seed);
    for (unsigned n = 0; n < e->isa->instructions_count; n++)
        if (e->row[n].items)
            text_row(to, e->isa, &e->isa->instructions[n], &e->row[n]);
    fprintf(to, "  MPRV: %u accesses by the map of U-mode compared with the same by no map\n",
            e->mprv);
    for (unsigned n = 0; n < e->wrong_count; n++)
        fprintf(to, "  DISAGREE: %s\n", e->wrong[n]);
    if (e->wrong_count == 0)
        fputs("  the machine is as described\n", to);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void quoted(FILE *to, const char *text) {
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', to);
        if ((unsigned char)*text >= ' ')
            fputc(*text, to);
    }
    fputc('"', to);
}

static void json_effects(FILE *to, const struct isa *a, uint32_t set,
                         const struct experiment_seen *seen) {
    const char *comma = "";

    fputc('{', to);
    for (unsigned c = 0; c < a->components_count; c++)
        if (set >> c & 1) {
            fputs(comma, to);
            quoted(to, a->components[c].name);
            fputs(": ", to);
            quoted(to, seen[c].text);
            comma = ", ";
        }
    fputc('}', to);
}

static void json_row(FILE *to, const struct isa *a, const struct isa_insn *i,
                     const struct experiment_row *r) {
    struct classes k = classes_of(a, r);

    fputs("    {\"name\": ", to);
    quoted(to, i->name);
    fprintf(to,
            ", \"items\": %u, \"in NP\": \"%s\", \"sensitive\": %s, \"control\": %s, "
            "\"behaviour\": %s,\n     \"reads\": ",
            r->items, in_np(r), k.sensitive ? "true" : "false", k.control ? "true" : "false",
            k.behaviour ? "true" : "false");
    json_effects(to, a, r->reads, r->read);
    fputs(",\n     \"writes\": ", to);
    json_effects(to, a, r->writes, r->write);
    fputc('}', to);
}

void experiment_json(FILE *to, const struct experiment *e) {
    const char *comma = "";

    fputs("{\"isa\": ", to);
    quoted(to, e->isa->name);
    fprintf(to,
            ", \"seed\": %" PRIu64 ", \"runs\": %" PRIu64 ", \"rows\": %u, \"csrs\": %u,\n"
            "  \"instructions\": [\n",
            e->seed, e->runs, e->rows, e->csrs);
    for (unsigned n = 0; n < e->isa->instructions_count; n++)
        if (e->row[n].items) {
            fputs(comma, to);
            json_row(to, e->isa, &e->isa->instructions[n], &e->row[n]);
            comma = ",\n";
        }
    fputs("],\n  \"disagree\": [", to);
    for (unsigned n = 0; n < e->wrong_count; n++) {
        fputs(n ? ",\n    " : "\n    ", to);
        quoted(to, e->wrong[n]);
    }
    fputs("]}\n", to);
}
