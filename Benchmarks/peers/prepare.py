#!/usr/bin/env python3
"""Makes the files that netc and its peers are compared with, from an artefact without weights of its own.

    prepare.py ARTEFACT FOLDER

writes into FOLDER: weights.safetensors (for netc), model.onnx, model.param and model.bin (ncnn), input.npy, and
reference.npy: what onnxruntime computes with every optimisation turned off. A peer's file that cannot be written is
missing, and FOLDER/unsupported.json says why. The artefact itself is kept as graph.netc, for the peers that read it.
"""

import json
import os
import shutil
import sys

import numpy as np
import onnxruntime

import to_ncnn
import to_onnx
from network import Network, Unsupported


def plain_session(model):
    """A session that computes the model as it is written."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def main():
    artefact, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    network = Network(artefact)
    shape = network.nodes[network.inputs[0]].shape
    x = np.random.default_rng(7).standard_normal(shape, np.float32)
    np.save(f"{folder}/input.npy", x)
    shutil.copyfile(artefact, f"{folder}/graph.netc")

    logits = plain_session(to_onnx.model(network, stop_at_logits=True)).run(None, {f"v{network.inputs[0]}": x})[0]
    network.scale_logits(1.5 / max(float(logits.std()), 1e-20))
    network.write_weights(f"{folder}/weights.safetensors")

    model = to_onnx.model(network)
    with open(f"{folder}/model.onnx", "wb") as file:
        file.write(model.SerializeToString())
    reference = plain_session(model).run(None, {f"v{network.inputs[0]}": x})[0]
    np.save(f"{folder}/reference.npy", np.asarray(reference, np.float32))

    unsupported = {}
    try:
        names = to_ncnn.write(network, f"{folder}/model")
        with open(f"{folder}/model.json", "w") as file:
            json.dump(names, file)
    except Unsupported as fault:
        unsupported["ncnn"] = str(fault)
    with open(f"{folder}/unsupported.json", "w") as file:
        json.dump(unsupported, file)


if __name__ == "__main__":
    main()
