// The CPU kernels of netc: a table of rows, one per kernel and instruction set, and what the caller needs to
// choose among them.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "ck_tensor.h"
#include "ck_args.h"
#include "ck_training_args.h"
#include "ck_table.h"
#include "ck_cpu.h"
#include "ck_measure.h"
#include "ck_update.h"
#include "ck_reference.h"

#endif
