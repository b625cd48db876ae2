"""node_tests.py FOLDER: writes the test cases of the onnx package's operators, one folder each.

A folder has model.onnx, in0.npy … and out0.npy …, and the first line of `operator` is the operator's name. What a model of
a network has as constants are inputs in these cases: all inputs but the first become constants, unless they have its
shape and the operator combines its inputs. Vectors of an operator that works on each element get a batch of one.
"""

import pathlib
import sys
import warnings

import numpy
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

COMBINING = {"Add", "Sub", "Mul", "Div", "Sum", "Max", "Min", "Mean", "Concat"}
EACH = (COMBINING - {"Concat"}) | {
    "Clip", "Dropout", "Elu", "Gelu", "HardSwish", "Identity", "LeakyRelu", "Neg", "Relu", "Selu", "Sigmoid",
    "Softplus", "Swish", "Tanh",
}

root = pathlib.Path(sys.argv[1])
warnings.simplefilter("ignore")
count = 0
for case in collect_testcases(None):
    graph = case.model.graph
    if len(graph.node) != 1 or graph.node[0].domain not in ("", "ai.onnx"):
        continue
    inputs, outputs = case.data_sets[0]
    inputs = [numpy.asarray(value) if isinstance(value, numpy.generic) else value for value in inputs]
    arrays = [value for value in (*inputs, *outputs)]
    if not all(isinstance(value, numpy.ndarray) for value in arrays) or not inputs:
        continue
    if inputs[0].dtype != numpy.float32 or any(value.dtype != numpy.float32 for value in outputs):
        continue
    operator = graph.node[0].op_type
    folder = root / case.name
    folder.mkdir(parents=True)
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    if operator in EACH and inputs[0].ndim == 1 and all(value.ndim < 2 for value in arrays):
        inputs = [value[None] if value.ndim else value for value in inputs]
        outputs = [value[None] for value in outputs]
        for value in (*model.graph.input, *model.graph.output):
            if not value.type.tensor_type.shape.dim:
                continue
            value.type.tensor_type.shape.dim.insert(0, onnx.TensorShapeProto.Dimension(dim_value=1))
    if operator == "LayerNormalization":
        # What training wants beside, no network reads.
        del model.graph.node[0].output[1:], model.graph.output[1:], outputs[1:]
    kept, number = [], 0
    for place, (value, array) in enumerate(zip(list(model.graph.input), inputs)):
        same = operator in COMBINING and (array.shape == inputs[0].shape or operator == "Concat")
        if place == 0 or same:
            kept.append(value)
            numpy.save(folder / f"in{number}.npy", array)
            number += 1
        else:
            model.graph.initializer.append(numpy_helper.from_array(array, value.name))
    del model.graph.input[:]
    model.graph.input.extend(kept)
    onnx.save(model, folder / "model.onnx")
    for place, array in enumerate(outputs):
        numpy.save(folder / f"out{place}.npy", array)
    (folder / "operator").write_text(operator + "\n")
    count += 1
print(count)
