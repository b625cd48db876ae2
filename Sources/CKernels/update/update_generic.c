#include "../common/isa_generic.h"

#include "update.h"
