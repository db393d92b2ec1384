/* bench.h - frond bench: its measurements, and their plots by gnuplot. */
#ifndef FROND_CLI_BENCH_H
#define FROND_CLI_BENCH_H

#include <stdint.h>
#include <stdio.h>

/* bench_maps.c, bench_depth.c. plot: FILE.svg or FILE.png, or NULL. Exit status. */
int bench_maps(const char *plot);
/* guests: the folder of the ELFs that `make guest` builds; NULL: that beside the program. */
int bench_depth(const char *plot, const char *guests, unsigned rounds);

/* bench.c: gnuplot, to be told what to draw; as many pictures side by side as columns, and one above the other as rows.
 * `title` stands above all. NULL after a complaint. */
FILE *plot_open(const char *path, const char *title, unsigned columns, unsigned rows);
/* 0, or EXIT_USAGE after a complaint. */
int plot_close(FILE *plot, const char *path);

/* The median; sorts. n > 0. */
double bench_median(double *of, unsigned n);

#endif
