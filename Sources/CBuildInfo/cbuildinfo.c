#include "cbuildinfo.h"

const char *cb_commit(void) { return NETC_COMMIT; }
