#include "../common/isa_generic.h"

#include "concat.h"
