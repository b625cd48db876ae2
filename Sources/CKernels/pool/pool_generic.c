#include "../common/isa_generic.h"

#include "pool2d.h"
#include "global.h"
#include "gradient.h"
