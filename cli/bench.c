/* bench.c - frond bench: which measurement, and how gnuplot is used. */
#include "bench.h"
#include "cli.h"
#include "options.h"
#include <stdlib.h>
#include <string.h>

/* gnuplot's name for the kind of picture that the file is to be; NULL: it is none. */
static const char *terminal_of(const char *path) {
    size_t n = strlen(path);

    if (strchr(path, '\'') || n < 4)
        return NULL;
    if (strcmp(path + n - 4, ".svg") == 0)
        return "svg";
    return strcmp(path + n - 4, ".png") == 0 ? "pngcairo" : NULL;
}

static int plot_check(const char *path) {
    if (!terminal_of(path))
        return complain("bench: --plot '%s': should be FILE.svg or FILE.png, without '", path);
    if (system("command -v gnuplot >/dev/null 2>&1") != 0)
        return complain("bench: --plot %s: gnuplot is not installed; leave --plot out", path);
    FILE *f = fopen(path, "a");
    if (!f)
        return complain("bench: --plot %s: cannot be written", path);
    fclose(f);
    return 0;
}

/* gnuplot's own complaints go where it writes them. */
FILE *plot_open(const char *path, const char *title, unsigned columns, unsigned rows) {
    FILE *to = popen("gnuplot", "w");

    if (!to) {
        complain("bench: --plot %s: gnuplot cannot be started", path);
        return NULL;
    }
    fprintf(to,
            "set terminal %s size %u,%u\nset output '%s'\nset multiplot layout %u,%u title \"%s\"\n"
            "set key right center\nset grid\n",
            terminal_of(path), 420 * columns, 340 * rows, path, rows, columns, title);
    return to;
}

int plot_close(FILE *plot, const char *path) {
    fputs("unset multiplot\n", plot);
    return pclose(plot) == 0 ? 0 : complain("bench: --plot %s: gnuplot cannot draw it", path);
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_median(double *of, unsigned n) {
    qsort(of, n, sizeof *of, by_size);
    return of[n / 2];
}

static int help(const struct option *row) {
    puts("usage: frond bench maps|depth [OPTION...]\n\n"
         "maps   references and times of the five schemes that hold maps (docs/schemes.md), by "
         "depth: of an access,\n"
         "       cold and warm, of a fault, of a child made, of a map change. Up to two minutes.\n"
         "depth  the nucleus and the classical monitor by depth, with the same guests: times, what "
         "is interpreted,\n"
         "       how large each is. A few minutes; needs what `make guest` builds.\n");
    options_help(row);
    return 0;
}

int cmd_bench(int argc, char **argv) {
    const char *what = NULL, *path = NULL, *guests = NULL;
    uint64_t rounds = 5;
    struct option row[] = {{"plot", "FILE", "draw it, with gnuplot: FILE.svg or FILE.png",
                            OPTION_TEXT, .to.text = &path},
                           {"guests", "FOLDER",
                            "depth: where the guests are (guest, beside the program)", OPTION_TEXT,
                            .to.text = &guests},
                           {"rounds", "N", "depth: times that each is run, for the median (5)",
                            OPTION_NUMBER, 1, 99, .to.number = &rounds},
                           {.name = NULL}};
    int status = options_parse("bench", row, argc, argv, &what, 1);

    if (status == -1)
        return help(row);
    if (status)
        return status;
    bool maps = what && strcmp(what, "maps") == 0;
    if (!maps && (!what || strcmp(what, "depth") != 0))
        return complain("bench: '%s': should be maps or depth", what ? what : "");
    if (maps && (row[1].given || row[2].given))
        return complain("bench: --guests and --rounds are of bench depth");
    if (path && (status = plot_check(path)) != 0)
        return status;
    return maps ? bench_maps(path) : bench_depth(path, guests, (unsigned)rounds);
}
