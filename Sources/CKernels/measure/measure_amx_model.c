#include "../common/isa_amx_model.h"

#include "tiles.h"
