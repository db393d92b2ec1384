#include "rig.h"
const struct row reach_rows[1];
const unsigned reach_count = 0;
