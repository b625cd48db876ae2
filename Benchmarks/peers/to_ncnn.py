"""Writes a network for ncnn: a text of layers and a file of weights, as its format asks."""

import struct

from network import Unsupported, pool_padding

MAGIC = 7767517


def write(network, stem):
    """Writes `stem`.param and `stem`.bin; batches of one only. Returns the names of input and output."""
    writer = _Writer(network)
    for index, node in enumerate(network.nodes):
        if index not in writer.constants:
            writer.add(index, node)
    lines = writer.lines
    blobs = sum(int(line.split()[3]) for line in lines)
    with open(stem + ".param", "w") as file:
        file.write(f"{MAGIC}\n{len(lines)} {blobs}\n" + "\n".join(lines) + "\n")
    with open(stem + ".bin", "wb") as file:
        file.write(b"".join(writer.weights))
    return writer.first, f"v{network.outputs[0]}"


class _Writer:
    def __init__(self, network):
        self.network = network
        self.constants = network.constants()
        self.lines, self.weights, self.copies = [], [], {}
        self.first = None

    def emit(self, kind, operands, result, **parameters):
        """A layer; `parameters` are p0=…, p1=… after ncnn's numbers."""
        reads = [self.take(operand) for operand in operands]
        words = [f"{name[1:]}={value}" for name, value in parameters.items()]
        self.lines.append(" ".join([kind, f"{kind}_{result}", str(len(reads)), "1", *reads, result, *words]))
        self.split(result)

    def split(self, value):
        """ncnn lets a value be read once: what is read more often goes through a layer that copies it."""
        users = self.network.users(int(value[1:])) if value[1:].isdigit() else 1
        if users > 1:
            names = [f"{value}_{number}" for number in range(users)]
            self.lines.append(" ".join(["Split", f"Split_{value}", "1", str(users), value, *names]))
            self.copies[value] = names

    def take(self, value):
        return self.copies[value].pop(0) if value in self.copies else value

    def floats(self, index, tagged):
        value = self.constants[index]
        if tagged:
            self.weights.append(struct.pack("<I", 0))
        self.weights.append(value.tobytes())
        return value.size

    def finish(self, node, index, value):
        if node.activation == "rectify":
            self.emit("ReLU", [value], f"v{index}")
        elif node.activation != "linear":
            raise Unsupported(node.activation)

    def add(self, index, node):
        operands = [f"v{operand}" for operand in node.operands]
        shapes = [self.network.nodes[operand].shape for operand in node.operands]
        main, result = node.main, f"v{index}"
        if node.kind == "input":
            if node.shape[0] != 1:
                raise Unsupported("batches")
            self.first = result
            self.lines.append(f"Input input 0 1 {result}")
            self.split(result)
        elif node.kind in ("conv2D", "dense"):
            self.linear(index, node, operands)
        elif node.kind == "pool2D":
            if main["mode"] == "l2":
                raise Unsupported("l2 pooling")
            top, left, bottom, right = pool_padding(node, shapes[0])
            window, stride = main["window"], main["stride"]
            self.emit(
                "Pooling", operands, result, p0=int(main["mode"] != "max"), p1=window["width"], p11=window["height"],
                p2=stride["width"], p12=stride["height"], p3=left, p13=top, p14=right, p15=bottom, p5=1,
                p6=int(main["mode"] == "average_inc_pad"))
        elif node.kind == "globalPool":
            if main == "l2":
                raise Unsupported("l2 pooling")
            self.emit("Pooling", operands, result, p0=int(main == "mean"), p4=1)
        elif node.kind == "elementwise" and main["kind"] == "sum" and len(operands) == 2:
            plain = node.activation == "linear"
            self.emit("BinaryOp", operands, result if plain else result + "_sum", p0=0)
            self.finish(node, index, result + "_sum")
        elif node.kind == "activation":
            self.finish(node, index, operands[0])
        elif node.kind == "lrn":
            self.emit(
                "LRN", operands, result, p0=0, p1=main["size"], p2=main["alpha"] * main["size"], p3=main["beta"],
                p4=float(main["k"]))
        elif node.kind == "softmax":
            self.emit("Softmax", operands, result, p0=main["axis"] - 1, p1=1)
        elif node.kind == "reshape" and len(node.shape) == 2:
            self.emit("Flatten", operands, result)
        elif node.kind == "concat":
            self.emit("Concat", operands, result, p0=main["axis"] - 1)
        elif node.kind in ("dropout", "copy"):
            self.emit("Noop", operands[:1], result)
        else:
            raise Unsupported(node.kind)

    def linear(self, index, node, operands):
        epilogue, result = node.epilogue, f"v{index}"
        if node.activation not in ("linear", "rectify"):
            raise Unsupported(node.activation)
        residual, active = epilogue["residual"], node.activation == "rectify"
        sums = result + "_sum" if residual else result
        more = {"p9": 1} if active and not residual else {}
        size = self.floats(node.operands[1], tagged=True)
        bias = int(epilogue["bias"])
        if bias:
            self.floats(node.operands[2], tagged=False)
        if node.kind == "dense":
            self.emit("InnerProduct", operands[:1], sums, p0=node.shape[1], p1=bias, p2=size, **more)
        else:
            main = node.main
            kernel, stride, dilation, pads = main["kernel"], main["stride"], main["dilation"], main["padding"]
            grouped = main["groups"] > 1
            if grouped:
                more["p7"] = main["groups"]
            self.emit(
                "ConvolutionDepthWise" if grouped else "Convolution", operands[:1], sums, p0=node.shape[1],
                p1=kernel["width"], p11=kernel["height"], p2=dilation["width"], p12=dilation["height"],
                p3=stride["width"], p13=stride["height"], p4=pads["left"], p14=pads["top"], p15=pads["right"],
                p16=pads["bottom"], p5=bias, p6=size, **more)
        if residual:
            added = result + "_added" if active else result
            self.emit("BinaryOp", [sums, operands[-1]], added, p0=0)
            self.finish(node, index, added)
