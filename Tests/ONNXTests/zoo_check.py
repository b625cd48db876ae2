"""Every network of specs/ as an ONNX model: onnx's checker takes it, and onnxruntime computes what netc does.

usage: zoo_check.py NETC SPEC...

netc exports the spec with its first values; the model goes through onnxruntime, and through `netc import` and `netc run`
with plain products. Prints the largest difference as a share of the largest number; fails beyond 1e-5.
"""

import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime

LIMIT = 1e-5


def netc(*arguments):
    done = subprocess.run([sys.argv[1], *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"netc {arguments[0]}: {done.stderr.strip()}")


def run(model, arrays):
    options = onnxruntime.SessionOptions()
    # Version 1.31 merges an explicit Pad of zeros into the maximum behind it, which then ignores the zeros.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return session.run(None, {value.name: array for value, array in zip(session.get_inputs(), arrays)})


def difference(spec, folder):
    model = folder / (spec.stem + ".onnx")
    netc("export", spec, "-o", model)
    onnx.checker.check_model(str(model), full_check=True)
    random = numpy.random.default_rng(1)
    graph = onnx.load(str(model)).graph
    shapes = [[size.dim_value or 1 for size in value.type.tensor_type.shape.dim] for value in graph.input]
    arrays = [random.standard_normal(shape).astype(numpy.float32) for shape in shapes]
    wanted = run(model, arrays)
    if len(arrays) > 1 or len(wanted) > 1:
        return None
    netc("import", model, "-o", folder / "back")
    back = folder / "back" / spec.stem
    numpy.save(folder / "x.npy", arrays[0])
    netc("run", f"{back}.yaml", "--weights", f"{back}.safetensors", "--input", folder / "x.npy", "--numerics", "strict",
         "--output", folder / "y.npy")
    found = numpy.load(folder / "y.npy")
    return float(numpy.abs(found.reshape(-1) - wanted[0].reshape(-1)).max() / max(numpy.abs(wanted[0]).max(), 1e-30))


failed = 0
for name in sys.argv[2:]:
    spec = pathlib.Path(name)
    with tempfile.TemporaryDirectory() as folder:
        try:
            worst = difference(spec, pathlib.Path(folder))
            said = "checked, several inputs or outputs: not compared" if worst is None else f"{worst:.1e}"
            failed += worst is not None and not worst < LIMIT
        except Exception as error:
            said = f"FAILED: {error}"
            failed += 1
    print(f"{spec.stem:24} {said}", flush=True)
sys.exit(failed > 0)
