/* print.c - a small printf to the console. */
#include "lib.h"
#include <stdarg.h>

static void put_number(uint64_t v, unsigned base, int width, char fill) {
    char digit[20];
    int n = 0;

    do {
        digit[n++] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v != 0);
    while (width-- > n)
        uart_put(fill);
    while (n > 0)
        uart_put(digit[--n]);
}

static void put_signed(int64_t v, int width, char fill) {
    if (v < 0)
        uart_put('-');
    put_number(v < 0 ? -(uint64_t)v : (uint64_t)v, 10, width, fill);
}

static void put_string(const char *s) {
    while (*s != 0)
        uart_put(*s++);
}

void print(const char *f, ...) {
    va_list ap;

    if (!console_there())
        return;
    va_start(ap, f);
    for (; *f != 0; f++) {
        int width = 0;
        bool wide = false;
        char fill;

        if (*f != '%') {
            uart_put(*f);
            continue;
        }
        fill = *++f == '0' ? '0' : ' ';
        while (*f >= '0' && *f <= '9')
            width = 10 * width + (*f++ - '0');
        while (*f == 'l') {
            wide = true;
            f++;
        }
        switch (*f) {
        case 'c': uart_put((char)va_arg(ap, int)); break;
        case 's': put_string(va_arg(ap, const char *)); break;
        case 'd': put_signed(wide ? va_arg(ap, int64_t) : va_arg(ap, int), width, fill); break;
        case 'u':
        case 'x':
            put_number(wide ? va_arg(ap, uint64_t) : va_arg(ap, uint32_t), *f == 'x' ? 16 : 10,
                       width, fill);
            break;
        case 0: f--; break;
        default: uart_put(*f);
        }
    }
    va_end(ap);
}
