"""Writes a network for ncnn: a text of layers and a file of weights, as its format asks."""

import struct

from network import Moves, Unsupported, pool_padding

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
        elif node.activation == "clip":
            self.emit("Clip", [value], f"v{index}", p0=float(node.bounds[0]), p1=float(node.bounds[1]))
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
        elif node.kind == "reshape" and self.shuffles(index):
            self.emit("Noop", operands, result)
        elif node.kind == "rearrange":
            self.rearrange(node, index, operands)
        elif node.kind == "upscaleBilinear":
            self.emit("Interp", operands, result, p0=2, p1=float(main["height"]), p2=float(main["width"]))
        elif node.kind == "concat":
            self.emit("Concat", operands, result, p0=main["axis"] - 1)
        elif node.kind in ("dropout", "copy"):
            self.emit("Noop", operands[:1], result)
        else:
            raise Unsupported(node.kind)

    def shuffles(self, index):
        """Whether a reshape only gives and takes the axes of a shuffle of pixels."""
        node = self.network.nodes[index]
        source = self.network.nodes[node.operands[0]]
        return len(node.shape) == 6 or (len(node.shape) == 4 and source.kind == "rearrange" and len(source.shape) == 6)

    def rearrange(self, node, index, operands):
        shape, result = self.network.nodes[node.operands[0]].shape, f"v{index}"
        moves = Moves(node, shape)
        if len(shape) == 6 and moves.order == [0, 1, 4, 2, 5, 3] and not moves.cuts and shape[2] == shape[3]:
            self.emit("PixelShuffle", operands, result, p0=shape[2])
        elif len(shape) == 4 and not moves.transposes and not moves.repeats and all(
            step == 1 for _, _, step in moves.slices
        ):
            (_, (channel, channels, _), (top, height, _), (left, width, _)) = moves.slices
            self.emit(
                "Crop", operands, result, p0=left, p1=top, p2=channel, p3=width, p4=height, p5=channels)
        elif len(moves.result) == 6 and moves.spread == moves.result[:3] + [1] + moves.result[4:5] + [1]:
            self.emit(
                "Interp", operands, result, p0=1, p1=float(moves.result[3]), p2=float(moves.result[5]))
        else:
            raise Unsupported("a rearrangement")

    def linear(self, index, node, operands):
        epilogue, result = node.epilogue, f"v{index}"
        if node.activation not in ("linear", "rectify", "clip"):
            raise Unsupported(node.activation)
        residual, active = epilogue["residual"], node.activation != "linear"
        sums = result + "_sum" if residual else result
        more = {}
        if node.activation == "rectify" and not residual:
            more = {"p9": 1}
        elif node.activation == "clip" and not residual:
            # A list has its length in front, and a number of its own.
            least, most = node.bounds
            more = {"p9": 3, "p-23310": f"2,{float(least)},{float(most)}"}
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
