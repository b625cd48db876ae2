"""run_model.py MODEL OUTPUT-PREFIX INPUT.npy…: checks a model as the onnx package does, and runs it with onnxruntime.

Writes OUTPUT-PREFIX0.npy and so on. Without optimisations: one of onnxruntime's (1.31) merges zeros around an image into a
maximum pool, where they no longer count.
"""

import sys

import numpy
import onnx
import onnxruntime

path, prefix, inputs = sys.argv[1], sys.argv[2], sys.argv[3:]
onnx.checker.check_model(onnx.load(path), full_check=True)
options = onnxruntime.SessionOptions()
options.log_severity_level = 3
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
names = [value.name for value in session.get_inputs()]
assert len(names) == len(inputs), names
results = session.run(None, {name: numpy.load(file) for name, file in zip(names, inputs)})
for index, result in enumerate(results):
    numpy.save(f"{prefix}{index}.npy", result)
