"""A network as netc compiled it: the graph inside of an artefact, and weights for it.

The peers get the very graph that netc runs, after netc's own folding of constants, with the same numbers: nobody wins
by computing something else.
"""

import json
import struct

import numpy as np


class Unsupported(Exception):
    """A peer's writer does not know an op; the message names it."""


class Node:
    """One op of the graph: `kind` as in Sources/NetIR/GraphOp.swift, its attributes, operands by number."""

    def __init__(self, raw):
        (self.kind, self.attributes), = raw["op"].items()
        self.operands = [operand["index"] for operand in raw["operands"]]
        self.shape = raw["shape"]
        self.name = raw["name"]

    @property
    def main(self):
        """The attributes proper of an op that has an epilogue or an activation, too."""
        return self.attributes.get("_0", self.attributes)

    @property
    def epilogue(self):
        """Of conv2D, transposedConv2D and dense: bias, residual, activation."""
        return self.attributes["_0"] if self.kind == "dense" else self.attributes["_1"]

    @property
    def activation(self):
        """Its name; `linear` without one."""
        return self._activation[0]

    @property
    def bounds(self):
        """The least and the largest number of `clip`."""
        return self._activation[1]["least"], self._activation[1]["most"]

    @property
    def _activation(self):
        if self.kind in ("conv2D", "transposedConv2D", "dense"):
            found, = self.epilogue["activation"].items()
        elif self.kind == "activation":
            found, = self.attributes["_0"].items()
        elif self.kind == "elementwise":
            found, = self.attributes["_1"].items()
        else:
            return "linear", {}
        return found


class Network:
    """The graph of an artefact, with numbers for its parameters."""

    def __init__(self, artefact, seed=1):
        with open(artefact, "rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            metadata = json.loads(file.read(size))["__metadata__"]
        graph = json.loads(metadata["netc.graph"])
        self.nodes = [Node(raw) for raw in graph["nodes"]]
        plan = json.loads(metadata["netc.plan"])
        self._widen(plan["batch"] // plan["microbatch"])
        self.outputs = [output["index"] for output in graph["outputs"]]
        self.inputs = [index for index, node in enumerate(self.nodes) if node.kind == "input"]
        random = np.random.default_rng(seed)
        self.parameters = {
            node.attributes["name"]: _sample(node.attributes["name"], node.attributes["shape"], random)
            for node in self.nodes
            if node.kind == "constant"
        }

    def _widen(self, microbatches):
        """netc's graph takes a microbatch: the first axis of all that depends on the input; peers get the batch."""
        varies = []
        for node in self.nodes:
            varies.append(node.kind == "input" or any(varies[operand] for operand in node.operands))
            if varies[-1]:
                node.shape = [node.shape[0] * microbatches] + node.shape[1:]
                if node.kind == "rearrange":
                    node.main["axes"][0]["count"] *= microbatches

    def constants(self):
        """The numbers of every node that depends on parameters alone, by its number; fp32, computed in double."""
        values = {}
        for index, node in enumerate(self.nodes):
            x = [values.get(operand) for operand in node.operands]
            if node.kind == "constant":
                values[index] = self.parameters[node.attributes["name"]].astype(np.float64)
            elif node.kind == "fill":
                values[index] = np.full(node.shape, node.attributes["value"], np.float64)
            elif node.kind == "normScale":
                values[index] = x[0] / np.sqrt(x[1] + node.attributes["epsilon"])
            elif node.kind == "normShift":
                values[index] = x[0] - x[1] * x[2]
            elif node.kind == "scaleBias":
                values[index] = x[0] * x[1] + x[2]
            elif node.kind == "scaleRows":
                values[index] = x[0] * x[1].reshape([-1] + [1] * (x[0].ndim - 1))
            elif node.kind == "reshape" and x[0] is not None:
                values[index] = x[0].reshape(node.shape)
            elif node.kind == "rearrange" and x[0] is not None:
                values[index] = rearranged(x[0], node.main)
        return {index: np.ascontiguousarray(value, np.float32) for index, value in values.items()}

    def users(self, index):
        """How often the value is read, as an output of the network included."""
        return sum(node.operands.count(index) for node in self.nodes) + self.outputs.count(index)

    def scale_logits(self, factor):
        """Multiplies what goes into the softmax, so that probabilities are neither 0 and 1 nor all alike."""
        index = self.outputs[0]
        while self.nodes[index].kind not in ("conv2D", "dense"):
            index = self.nodes[index].operands[0]
        for operand in self.nodes[index].operands[1:3]:
            node = self.nodes[operand]
            if node.kind != "constant":
                return
            self.parameters[node.attributes["name"]] *= np.float32(factor)

    def write_weights(self, path):
        """As safetensors, for netc."""
        header, offset = {}, 0
        for name, value in self.parameters.items():
            header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
            offset += value.nbytes
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            for value in self.parameters.values():
                file.write(value.tobytes())


    def read_weights(self, path):
        """What `write_weights` wrote."""
        with open(path, "rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            header, data = json.loads(file.read(size)), file.read()
        for name, facts in header.items():
            begin, end = facts["data_offsets"]
            self.parameters[name] = np.frombuffer(data[begin:end], np.float32).reshape(facts["shape"])


def _sample(name, shape, random):
    """Numbers such that activations keep their size from layer to layer."""
    kind = name.rsplit(".", 1)[-1]
    if kind == "W":
        fan_in = int(np.prod(shape[1:]))
        return random.standard_normal(shape, np.float32) * np.float32(np.sqrt(2 / fan_in))
    if kind in ("gamma", "var"):
        return random.uniform(0.8, 1.2, shape).astype(np.float32)
    return random.standard_normal(shape, np.float32) * np.float32(0.1)


def rearranged(x, main):
    """The elements of an array that a rearrangement takes, as Sources/NetIR/Rearrangement.swift defines it."""
    places = list(main["starts"])
    rank = len(main["axes"])
    for number, axis in enumerate(main["axes"]):
        if axis.get("source") is not None:
            steps = (np.arange(axis["count"]) * axis["step"]).reshape([-1] + [1] * (rank - 1 - number))
            places[axis["source"]] = places[axis["source"]] + steps
    taken = x[tuple(places)]
    return np.broadcast_to(taken, [axis["count"] for axis in main["axes"]])


class Moves:
    """A rearrangement in the words of other runtimes: a slice, then a transposition, then repetition.

    `slices` are (start, count, step) per axis of the operand, `order` the axes of the operand in their new order (those
    that end up with one element and no place in the result in front), `spread` the shape with a 1 where an axis is to
    be repeated.
    """

    def __init__(self, node, shape):
        axes, starts = node.main["axes"], node.main["starts"]
        sources = [axis.get("source") for axis in axes]
        taken = [source for source in sources if source is not None]
        if len(set(taken)) < len(taken):
            raise Unsupported("windows that overlap")
        of = {source: axis for source, axis in zip(sources, axes) if source is not None}
        self.slices = [
            (start, of[a]["count"], of[a]["step"]) if a in of else (start, 1, 1) for a, start in enumerate(starts)]
        self.order = [a for a in range(len(shape)) if a not in of] + taken
        self.spread = [1 if axis.get("source") is None else axis["count"] for axis in axes]
        self.cuts = [a for a, cut in enumerate(self.slices) if cut != (0, shape[a], 1)]
        self.transposes = self.order != sorted(self.order)
        self.repeats = None in sources
        self.result = [axis["count"] for axis in axes]


def pool_padding(node, shape):
    """(top, left, bottom, right) that give the pooling its size when windows are counted downwards."""
    attributes, result = node.main, []
    for axis, (low, size) in enumerate((("top", "height"), ("left", "width"))):
        window, stride, before = attributes["window"][size], attributes["stride"][size], attributes["padding"][low]
        covered = (node.shape[2 + axis] - 1) * stride + window
        result.append((before, max(0, covered - shape[2 + axis] - before)))
    return result[0][0], result[1][0], result[0][1], result[1][1]
