"""A network as a PyTorch module."""

import torch
import torch.nn.functional as F

from network import Moves, Unsupported, pool_padding

ACTIVATIONS = {"rectify": F.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "elu": F.elu, "softplus": F.softplus}


class Module(torch.nn.Module):
    """Computes the graph node by node; for inference."""

    def __init__(self, network):
        super().__init__()
        self.steps, self.count, self.output = [], len(network.nodes), network.outputs[0]
        constants = network.constants()
        for index, value in constants.items():
            self.register_buffer(f"c{index}", torch.from_numpy(value))
        for index, node in enumerate(network.nodes):
            if index not in constants:
                shapes = [network.nodes[operand].shape for operand in node.operands]
                names = [f"c{operand}" if operand in constants else operand for operand in node.operands]
                self.steps.append((index, names, _function(node, shapes)))

    def forward(self, x):
        values = [None] * self.count
        for index, operands, function in self.steps:
            taken = [getattr(self, o) if isinstance(o, str) else values[o] for o in operands]
            values[index] = function(x, *taken)
        return values[self.output]


def _activation(node):
    name = node.activation
    if name == "linear":
        return lambda x: x
    if name == "clip":
        least, most = node.bounds
        return lambda x: x.clamp(least, most)
    if name not in ACTIVATIONS:
        raise Unsupported(name)
    return ACTIVATIONS[name]


def _function(node, shapes):
    """From the network's input and the operands to the node's value."""
    main, active = node.main, _activation(node)
    if node.kind == "input":
        return lambda x: x
    if node.kind in ("conv2D", "dense"):
        return _linear(node, active)
    if node.kind == "transposedConv2D":
        return _transposed(node, active)
    if node.kind == "rearrange":
        return _rearrange(Moves(node, shapes[0]))
    if node.kind == "upscaleBilinear":
        return lambda _, v: F.interpolate(v, scale_factor=_pair(main), mode="bilinear", align_corners=False)
    if node.kind == "pool2D":
        return _pool(node, shapes[0])
    if node.kind == "globalPool" and main in ("mean", "max"):
        return lambda _, v: v.mean((2, 3)) if main == "mean" else v.amax((2, 3))
    if node.kind == "activation":
        return lambda _, v: active(v)
    if node.kind == "elementwise" and main["kind"] == "sum" and len(shapes) == 2:
        return lambda _, a, b: active(a + b)
    if node.kind == "lrn":
        # PyTorch divides alpha by the size.
        size, alpha = main["size"], main["alpha"] * main["size"]
        return lambda _, v: F.local_response_norm(v, size, alpha, main["beta"], main["k"])
    if node.kind == "softmax":
        return lambda _, v: F.softmax(v, main["axis"])
    if node.kind == "reshape":
        return lambda _, v: v.reshape(node.shape)
    if node.kind == "concat":
        return lambda _, *v: torch.cat(v, main["axis"])
    if node.kind == "pad":
        pads = [n for axis in reversed(range(len(node.shape))) for n in (main["before"][axis], main["after"][axis])]
        return lambda _, v: F.pad(v, pads, value=main["value"])
    if node.kind in ("dropout", "copy"):
        return lambda _, v: v
    raise Unsupported(node.kind)


def _linear(node, active):
    epilogue, main = node.epilogue, node.main

    def run(_, v, weights, *rest):
        bias = rest[0] if epilogue["bias"] else None
        if node.kind == "dense":
            sums = F.linear(v, weights, bias)
        else:
            pads = main["padding"]
            pad = (pads["top"], pads["left"])
            if pad != (pads["bottom"], pads["right"]):
                v, pad = F.pad(v, (pads["left"], pads["right"], pads["top"], pads["bottom"])), (0, 0)
            sums = F.conv2d(v, weights, bias, _pair(main["stride"]), pad, _pair(main["dilation"]), main["groups"])
        return active(sums + rest[-1] if epilogue["residual"] else sums)

    return run


def _transposed(node, active):
    epilogue, main = node.epilogue, node.main
    (top, left), (h, w) = _pair(main["crop"]), _pair(main["output"])
    stride, kernel = _pair(main["stride"]), _pair(main["kernel"])

    def run(_, v, weights, *rest):
        bias = rest[0] if epilogue["bias"] else None
        # Enough behind the last pixel for what the crop leaves.
        missing = [max(0, before + size - (extent - 1) * s - k) for before, size, extent, s, k in zip(
            (top, left), (h, w), v.shape[2:], stride, kernel)]
        sums = F.conv_transpose2d(v, weights.transpose(0, 1), bias, stride, 0, missing)
        sums = sums[:, :, top : top + h, left : left + w]
        return active(sums + rest[-1] if epilogue["residual"] else sums)

    return run


def _rearrange(moves):
    def run(_, v):
        for axis in moves.cuts:
            start, count, step = moves.slices[axis]
            if step < 0:
                v = v.index_select(axis, torch.arange(start, start + count * step, step))
            else:
                v = v[(slice(None),) * axis + (slice(start, start + (count - 1) * step + 1, step),)]
        if moves.transposes:
            v = v.permute(moves.order)
        if moves.repeats:
            v = v.reshape(moves.spread).expand(moves.result)
        return v.reshape(moves.result)

    return run


def _pool(node, shape):
    main = node.main
    top, left, bottom, right = pool_padding(node, shape)
    window, stride = _pair(main["window"]), _pair(main["stride"])
    if main["mode"] == "max":
        if (top, left) == (bottom, right):
            return lambda _, v: F.max_pool2d(v, window, stride, (top, left))
        return lambda _, v: F.max_pool2d(F.pad(v, (left, right, top, bottom), value=float("-inf")), window, stride)
    if (top, left) == (bottom, right):
        inside = main["mode"] == "average_inc_pad"
        return lambda _, v: F.avg_pool2d(v, window, stride, (top, left), count_include_pad=inside)
    raise Unsupported("average pooling with uneven padding")


def _pair(size):
    return size["height"], size["width"]
