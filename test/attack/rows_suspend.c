#include "rig.h"
const struct row suspend_rows[1];
const unsigned suspend_count = 0;
