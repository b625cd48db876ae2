"""Writes a network as ONNX, for onnxruntime and OpenVINO."""

import onnx
from onnx import TensorProto, helper, numpy_helper

from network import Moves, Unsupported, pool_padding

OPSET = 17
ACTIVATIONS = {"rectify": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "elu": "Elu", "softplus": "Softplus"}


def model(network, stop_at_logits=False):
    """The model; `stop_at_logits` leaves a softmax at the end out."""
    writer = _Writer(network)
    outputs = []
    for output in network.outputs:
        if stop_at_logits and network.nodes[output].kind == "softmax":
            output = network.nodes[output].operands[0]
        outputs.append(output)
    for index, node in enumerate(network.nodes):
        if index not in writer.constants:
            writer.add(index, node)
    ends = [helper.make_tensor_value_info(f"v{o}", TensorProto.FLOAT, network.nodes[o].shape) for o in outputs]
    used = {name for node in writer.nodes for name in node.input}
    starts = [value for value in writer.inputs if value.name in used]
    weights = [
        numpy_helper.from_array(value, f"v{index}")
        for index, value in writer.constants.items()
        if f"v{index}" in used
    ]
    graph = helper.make_graph(writer.nodes, "network", starts, ends, weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    made.ir_version = 8
    return made


class _Writer:
    def __init__(self, network):
        self.network = network
        self.constants = network.constants()
        self.nodes, self.inputs = [], []

    def emit(self, op, operands, result, **attributes):
        self.nodes.append(helper.make_node(op, operands, [result], name=f"{op}_{result}", **attributes))

    def finish(self, node, index, value):
        """Adds the activation; `value` is what it is applied to."""
        activation = node.activation
        if activation == "linear":
            self.nodes[-1].output[0] = f"v{index}"
            return
        if activation == "clip":
            ends = [f"v{index}_least", f"v{index}_most"]
            for name, bound in zip(ends, node.bounds):
                self.emit("Constant", [], name, value_float=float(bound))
            self.emit("Clip", [value, *ends], f"v{index}")
            return
        if activation not in ACTIVATIONS:
            raise Unsupported(activation)
        self.emit(ACTIVATIONS[activation], [value], f"v{index}")

    def add(self, index, node):
        operands = [f"v{operand}" for operand in node.operands]
        shapes = [self.network.nodes[operand].shape for operand in node.operands]
        main, result = node.main, f"v{index}"
        if node.kind == "input":
            self.inputs.append(helper.make_tensor_value_info(result, TensorProto.FLOAT, node.shape))
        elif node.kind in ("conv2D", "dense"):
            epilogue, sums = node.epilogue, result + "_sum"
            direct = operands[: 3 if epilogue["bias"] else 2]
            if node.kind == "dense":
                self.emit("Gemm", direct, sums, transB=1)
            else:
                pads = main["padding"]
                self.emit(
                    "Conv", direct, sums, kernel_shape=_pair(main["kernel"]), strides=_pair(main["stride"]),
                    dilations=_pair(main["dilation"]), group=main["groups"],
                    pads=[pads["top"], pads["left"], pads["bottom"], pads["right"]])
            if epilogue["residual"]:
                self.emit("Add", [sums, operands[-1]], sums + "r")
                sums += "r"
            self.finish(node, index, sums)
        elif node.kind == "transposedConv2D":
            crop, size, epilogue = main["crop"], main["output"], node.epilogue
            pads, rest = [], []
            for axis, (side, low) in enumerate((("height", "top"), ("width", "left"))):
                full = (shapes[0][2 + axis] - 1) * main["stride"][side] + main["kernel"][side]
                pads.append(crop[side])
                rest.append(full - crop[side] - size[side])
            self.emit(
                "ConvTranspose", self.transposed(operands, index) + operands[2 : 3 if epilogue["bias"] else 2],
                result + "_sum", kernel_shape=_pair(main["kernel"]), strides=_pair(main["stride"]),
                pads=pads + [max(0, n) for n in rest], output_padding=[max(0, -n) for n in rest])
            self.finish(node, index, result + "_sum")
        elif node.kind == "rearrange":
            self.rearrange(Moves(node, shapes[0]), operands[0], index)
        elif node.kind == "upscaleBilinear":
            self.constants[f"{index}f"] = _floats([1, 1] + _pair(main))
            self.emit(
                "Resize", [operands[0], "", f"v{index}f"], result, mode="linear",
                coordinate_transformation_mode="half_pixel")
        elif node.kind == "pool2D":
            op = "MaxPool" if main["mode"] == "max" else "AveragePool"
            more = {} if op == "MaxPool" else {"count_include_pad": int(main["mode"] == "average_inc_pad")}
            if main["mode"] == "l2":
                raise Unsupported("l2 pooling")
            self.emit(
                op, operands, result, kernel_shape=_pair(main["window"]), strides=_pair(main["stride"]),
                pads=list(pool_padding(node, shapes[0])), **more)
        elif node.kind == "globalPool":
            op = {"mean": "GlobalAveragePool", "max": "GlobalMaxPool"}.get(main)
            if op is None:
                raise Unsupported(main)
            self.emit(op, operands, result + "_4d")
            self.emit("Flatten", [result + "_4d"], result)
        elif node.kind == "activation":
            self.finish(node, index, operands[0])
        elif node.kind == "elementwise":
            op = {"sum": "Sum", "mul": "Mul", "max": "Max", "min": "Min", "mean": "Mean"}[main["kind"]]
            if any(factor != 1 for factor in main["coefficients"]):
                raise Unsupported("coefficients")
            if op == "Sum" and len(operands) == 2:
                op = "Add"
            self.emit(op, operands, result + "_sum")
            self.finish(node, index, result + "_sum")
        elif node.kind == "lrn":
            # ONNX divides alpha by the size.
            self.emit(
                "LRN", operands, result, size=main["size"], alpha=main["alpha"] * main["size"], beta=main["beta"],
                bias=float(main["k"]))
        elif node.kind == "softmax":
            self.emit("Softmax", operands, result, axis=main["axis"])
        elif node.kind == "reshape":
            self.constants[f"{index}s"] = _integers(node.shape)
            self.emit("Reshape", [operands[0], f"v{index}s"], result)
        elif node.kind == "pad":
            self.constants[f"{index}p"] = _integers(main["before"] + main["after"])
            if main["value"] != 0:
                raise Unsupported("padding with other numbers than 0")
            self.emit("Pad", [operands[0], f"v{index}p"], result)
        elif node.kind == "concat":
            self.emit("Concat", operands, result, axis=main["axis"])
        elif node.kind in ("dropout", "copy"):
            self.emit("Identity", operands[:1], result)
        else:
            raise Unsupported(node.kind)

    def transposed(self, operands, index):
        """Image and filters: ONNX wants channels × filters."""
        filters = self.constants.get(int(operands[1][1:]))
        if filters is None:
            raise Unsupported("filters that are computed")
        self.constants[f"{index}w"] = filters.transpose(1, 0, 2, 3).copy()
        return [operands[0], f"v{index}w"]

    def rearrange(self, moves, value, index):
        """Slice, transpose and repeat, as far as they change anything."""
        steps = []
        if moves.cuts:
            cuts = [moves.slices[a] for a in moves.cuts]
            # A slice that runs backwards ends before its last element: beyond the first one is far below 0.
            ends = [start + count * step for start, count, step in cuts]
            self.constants[f"{index}b"] = _integers([start for start, _, _ in cuts])
            self.constants[f"{index}e"] = _integers([end if end >= 0 else -(1 << 40) for end in ends])
            self.constants[f"{index}a"] = _integers(moves.cuts)
            self.constants[f"{index}t"] = _integers([step for _, _, step in cuts])
            steps.append(("Slice", [f"v{index}{letter}" for letter in "beat"], {}))
        if moves.transposes:
            steps.append(("Transpose", [], {"perm": moves.order}))
        if moves.repeats:
            self.constants[f"{index}s"], self.constants[f"{index}x"] = _integers(moves.spread), _integers(moves.result)
            steps += [("Reshape", [f"v{index}s"], {}), ("Expand", [f"v{index}x"], {})]
        elif len(moves.order) > len(moves.result):
            self.constants[f"{index}s"] = _integers(moves.result)
            steps.append(("Reshape", [f"v{index}s"], {}))
        for number, (op, more, attributes) in enumerate(steps or [("Identity", [], {})]):
            last = number >= len(steps) - 1
            name = f"v{index}" if last else f"v{index}_{number}"
            self.emit(op, [value, *more], name, **attributes)
            value = name


def _pair(size):
    return [size["height"], size["width"]]


def _integers(values):
    import numpy as np

    return np.asarray(values, np.int64)


def _floats(values):
    import numpy as np

    return np.asarray(values, np.float32)
