"""Whether outputs agree: a fast wrong answer is worth nothing."""

import array
import ast
import math
import struct

# For each precision, of the range of log-probabilities, or of plain outputs: far above what sums in another order differ by, far below
# what a wrong filter, stride or padding does.
TOLERANCE = {"fp32": 1e-3, "bf16": 5e-2}


def read_npy(path):
    """(shape, numbers) of an fp32 array in C order."""
    with open(path, "rb") as file:
        if file.read(6) != b"\x93NUMPY":
            raise ValueError(f"{path} is no npy file")
        major = file.read(2)[0]
        (size,) = struct.unpack("<H" if major == 1 else "<I", file.read(2 if major == 1 else 4))
        header = ast.literal_eval(file.read(size).decode("latin1"))
        if header["descr"] != "<f4" or header["fortran_order"]:
            raise ValueError(f"{path} is not fp32 in C order")
        numbers = array.array("f")
        numbers.frombytes(file.read())
    return header["shape"], numbers


def difference(found, wanted):
    """(the largest difference, the range of what is wanted); of logarithms where both are probabilities."""
    if len(found) != len(wanted):
        raise ValueError(f"{len(found)} outputs instead of {len(wanted)}")
    if not all(math.isfinite(value) for value in found):
        raise ValueError("outputs that are no numbers")
    if all(0 < value <= 1 for value in wanted) and all(0 < value <= 1 for value in found):
        found, wanted = [math.log(value) for value in found], [math.log(value) for value in wanted]
    worst = max(abs(a - b) for a, b in zip(found, wanted))
    return worst, max(wanted) - min(wanted)


def check(found, wanted, precision="fp32"):
    """Raises ValueError when the file does not hold what the reference holds."""
    worst, span = difference(read_npy(found)[1], read_npy(wanted)[1])
    if not worst <= TOLERANCE[precision] * span:
        raise ValueError(f"computes something else: off by {worst:.2g} of a range of {span:.2g}")
    return worst / span if span else 0.0
