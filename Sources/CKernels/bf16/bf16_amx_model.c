#define CK_STORES_BF16
#include "../common/isa_amx_model.h"

#include "direct_amx.h"
#include "dense_amx.h"
