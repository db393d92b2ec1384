/* vm.pml - the virtual machine systems of model/vm.h with one mode, and the IRA beside them, for SPIN.
 *
 * scope.h (written by scope.c) has what a scope fixes: sizes, where tables lie and, when RULES is defined,
 * which steps there are. What a step does is here. Written for speed: one process with one loop, each
 * step one d_step, scratch variables hidden from the state, what is constant left to the C compiler.
 */
#include "scope.h"

/* A cell: a datum below 128, or an entry, target << 2 | permission. 0 maps nothing. */
#define RO             1
#define RW             2
#define ENTRY(y, perm) (128 | (y) << 2 | (perm))
#define TARGET(e)      ((e) >> 2 & 31)
#define ALLOWS(e, w)   ((e) >= 128 && ((e) & 3) > (w))

byte mem[MEMORY]; /* node 0's cells */
byte sec[CELLS];  /* the others', one node after the other: content of cells that are not realized */
byte ira[CELLS];  /* the same nodes on hardware of their own */
byte top;         /* top of the active path */
#if VMMS
byte act[VMMS]; /* of VMM k above level 0, at k - 1: the child in whose ENTER it stands, or 0 */
#endif

/* ---- Look-ups: the cell of node 0 in `real`, or the VMM that is told of the gap in `told` ---- */

#define NOBODY 255
hidden byte real, told, at;
hidden byte low2, high2, mid2, goal2, low3, high3, mid3, goal3; /* by level */

inline look_0(w0, x0) {
    real = x0;
    told = NOBODY
}
/* Address x of a child of node 0, to be written if w. */
#define CHILD(k)                                                                                   \
    inline look_##k(w1, x1) {                                                                      \
        if                                                                                         \
        :: ALLOWS(mem[TAB_##k + x1], w1) -> real = TARGET(mem[TAB_##k + x1]); told = NOBODY        \
        :: else -> told = 0                                                                        \
        fi                                                                                         \
    }
/* Of a node whose table, of n entries, lies in its parent's memory: a binary search, as the machine makes
 * it; each entry that it reads is itself looked up, and must be one. */
#define BELOW(l, k, up, n)                                                                         \
    inline look_##k(w##l, x##l) {                                                                  \
        low##l = 0;                                                                                \
        high##l = n;                                                                               \
        do                                                                                         \
        :: mid##l = (low##l + high##l) / 2;                                                        \
           look_##up(0, TAB_##k + mid##l);                                                         \
           if                                                                                      \
           :: told != NOBODY || mid##l == x##l -> break                                            \
           :: else                                                                                 \
           fi;                                                                                     \
           if                                                                                      \
           :: mem[real] != 0 && mem[real] < 128 -> told = up; break                                \
           :: else                                                                                 \
           fi;                                                                                     \
           if                                                                                      \
           :: mid##l < x##l -> low##l = mid##l + 1                                                 \
           :: else -> high##l = mid##l                                                             \
           fi                                                                                      \
        od;                                                                                        \
        if                                                                                         \
        :: told != NOBODY                                                                          \
        :: told == NOBODY && ALLOWS(mem[real], w##l) ->                                            \
           goal##l = TARGET(mem[real]);                                                            \
           look_##up(w##l, goal##l)                                                                \
        :: told == NOBODY && !ALLOWS(mem[real], w##l) -> told = up                                 \
        fi                                                                                         \
    }
#define LOOKS
#include "scope.h"
#undef LOOKS

#if VMMS
#define STOP                                                                                       \
    if                                                                                             \
    :: top != 0 -> act[top - 1] = 0                                                                \
    :: else                                                                                        \
    fi
#define RESUME                                                                                     \
    do                                                                                             \
    :: top <= VMMS && act[top - 1] != 0 -> top = act[top - 1]                                      \
    :: else -> break                                                                               \
    od
#else
#define STOP   skip
#define RESUME skip
#endif
/* Control comes to VMM k, which is inside no ENTER then. */
#define COME_TO(k)                                                                                 \
    top = k;                                                                                       \
    STOP
/* After a look-up: a gap ends the step. */
#define UNLESS_GAP(...)                                                                            \
    if                                                                                             \
    :: told != NOBODY -> COME_TO(told)                                                             \
    :: else -> __VA_ARGS__                                                                         \
    fi

/* ---- Steps of programs: leaf k, and VMM k in the cell that is its own ---- */

#define READ(k, x)                                                                                 \
    ::d_step {                                                                                     \
        top == k ->                                                                                \
        look_##k(0, x);                                                                            \
        UNLESS_GAP(skip)                                                                           \
    }
#define WRITE(k, x, d)                                                                             \
    ::d_step {                                                                                     \
        top == k ->                                                                                \
        look_##k(1, x);                                                                            \
        UNLESS_GAP(mem[real] = d; ira[AT_##k + x] = d)                                             \
    }

/* ---- Steps of VMM k ---- */

/* Resumed is whoever ran below child c when it was left. */
#define ENTER(k, c)                                                                                \
    ::d_step {                                                                                     \
        top == k ->                                                                                \
        STARTED_##k(c);                                                                            \
        top = c;                                                                                   \
        RESUME                                                                                     \
    }

/* Address x of child c leads to y, which nothing else leads to; or it did, with the other permission. */
#define MAP(k, c, x, y, perm)                                                                      \
    ::d_step {                                                                                     \
        top == k && (KNOWN_##k(TAB_##c + x) == 0 && FREE_##k(y) ||                                 \
                     KNOWN_##k(TAB_##c + x) == ENTRY(y, RO + RW - perm)) ->                        \
        look_##k(1, TAB_##c + x);                                                                  \
        at = real;                                                                                 \
        if                                                                                         \
        :: told == NOBODY && KNOWN_##k(TAB_##c + x) == 0 ->                                        \
           look_##k(1, y);                                                                         \
           if                                                                                      \
           :: told == NOBODY -> mem[real] = sec[AT_##c + x]; sec[AT_##c + x] = 0                   \
           :: else                                                                                 \
           fi                                                                                      \
        :: else                                                                                    \
        fi;                                                                                        \
        UNLESS_GAP(mem[at] = ENTRY(y, perm); KNOW_##k(TAB_##c + x, ENTRY(y, perm)))                \
    }

/* What it led to is the VMM's again, without the content, which is kept. */
#define UNMAP(k, c, x)                                                                             \
    ::d_step {                                                                                     \
        top == k && KNOWN_##k(TAB_##c + x) != 0 ->                                                 \
        look_##k(1, TAB_##c + x);                                                                  \
        at = real;                                                                                 \
        if                                                                                         \
        :: told == NOBODY -> look_##k(1, TARGET(KNOWN_##k(TAB_##c + x)))                           \
        :: else                                                                                    \
        fi;                                                                                        \
        UNLESS_GAP(                                                                                \
            sec[AT_##c + x] = mem[real];                                                           \
            mem[real] = 0;                                                                         \
            KNOW_##k(TARGET(KNOWN_##k(TAB_##c + x)), 0);                                           \
            mem[at] = 0;                                                                           \
            KNOW_##k(TAB_##c + x, 0))                                                              \
    }

/* ---- Nobody's: VMM j, above k, has the hart again ---- */

#define PREEMPT(k, j)                                                                              \
    ::d_step {                                                                                     \
        top == k -> COME_TO(j)                                                                     \
    }

active proctype machine() {
    do
#define RULES
#include "scope.h"
    od
}
