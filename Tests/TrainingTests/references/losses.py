"""The losses of three small networks while PyTorch trains them, for TrainingCurveTests.swift.

usage: losses.py [lenet|residual|responses]    prints the loss before each step, ten to a line
       losses.py --bf16 [NAME ...]             and of floats, forward under autocast in bf16: the largest difference to
                                               the others, relatively

Weights, images and classes are functions of a name and a place (`numbers`), which the Swift tests compute as well, so
nothing has to be stored but the losses. Everything is in double precision. The layers, their order and the names of
their parameters are those of the YAML in the tests. PyTorch 2.13 on a CPU made the numbers that stand there.
"""

import sys

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
BATCH = 16


def numbers(name, shape, scale):
    """Floats from −scale to scale by a counter: splitmix64 of the place, beginning with a hash of the name (FNV-1a)."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, int(np.prod(shape)) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    unit = (z >> np.uint64(40)).astype(np.float64) / 2**23 - 1
    exact = (unit * scale).astype(np.float32).astype(np.float64).reshape(shape)
    return torch.tensor(exact).to(torch.get_default_dtype())


def batch(step, shape):
    """Images, and classes that depend on them, so that there is something to learn."""
    image = numbers(f"images {step}", (BATCH, *shape), 1)
    flat = image.reshape(BATCH, -1)
    sums = torch.stack([flat[:, i::10].sum(1) for i in range(10)])
    return image, sums.argmax(0)


class Network:
    """Parameters by their names, made when they are first asked for."""

    def __init__(self):
        self.parameters = {}

    def get(self, name, shape, start):
        if name not in self.parameters:
            self.parameters[name] = start(name, shape).requires_grad_()
        return self.parameters[name]

    def weight(self, layer, shape):
        scale = float(np.float32(np.sqrt(3 / np.prod(shape[1:]))))
        return self.get(f"{layer}.W", shape, lambda name, shape: numbers(name, shape, scale))

    def bias(self, layer, count):
        return self.get(f"{layer}.b", (count,), lambda name, shape: numbers(name, shape, 0.1))

    def conv(self, layer, x, filters, size, bias=True, groups=1, **options):
        w = self.weight(layer, (filters, x.shape[1] // groups, size, size))
        return F.conv2d(x, w, self.bias(layer, filters) if bias else None, groups=groups, **options)

    def dense(self, layer, x, units):
        x = x.flatten(1)
        return F.linear(x, self.weight(layer, (units, x.shape[1])), self.bias(layer, units))

    def norm(self, layer, x):
        # Running statistics have no part in a training loss.
        gamma = self.get(f"{layer}_bn.gamma", (x.shape[1],), lambda name, shape: 1 + numbers(name, shape, 0.25))
        beta = self.get(f"{layer}_bn.beta", (x.shape[1],), lambda name, shape: numbers(name, shape, 0.1))
        return F.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-4)


def lenet(net, x):
    x = F.max_pool2d(F.relu(net.conv("c1", x, 6, 5)), 2)
    x = F.max_pool2d(F.relu(net.conv("c2", x, 16, 5)), 2)
    x = torch.tanh(net.dense("h1", x, 60))
    x = F.relu(net.dense("h2", x, 42))
    return net.dense("out", x, 10)


def residual(net, x):
    def unit(layer, x, filters, **options):
        return net.norm(layer, net.conv(layer, x, filters, 3, bias=False, padding=1, **options))

    x = F.relu(unit("stem", x, 16))
    a = F.relu(x + unit("a2", F.relu(unit("a1", x, 16)), 16))
    b = unit("b2", F.relu(unit("b1", a, 24, stride=2)), 24)
    b = F.relu(b + net.norm("short", net.conv("short", a, 24, 1, bias=False, stride=2)))
    return net.dense("out", b.mean((2, 3)), 10)


def responses(net, x):
    x = F.elu(net.conv("c1", x, 12, 5, padding=2))
    x = F.max_pool2d(x, 3, 2)
    x = F.local_response_norm(x, 5, alpha=0.5, beta=0.75, k=2)
    x = F.elu(net.conv("c2", x, 20, 3, padding=1, groups=2))
    x = F.avg_pool2d(x, 2)
    x = F.elu(net.dense("h", x, 30))
    return net.dense("out", x, 10)


class RMSProp:
    """a = ρ·a + (1 − ρ)·g²; p −= η·g/√(a + ε): ε stands under the root, as in Lasagne; PyTorch adds it behind."""

    def __init__(self, parameters, rate, rho, epsilon):
        self.parameters, self.rate, self.rho, self.epsilon = parameters, rate, rho, epsilon
        self.means = [torch.zeros_like(p) for p in parameters]

    @torch.no_grad()
    def step(self):
        for p, a in zip(self.parameters, self.means):
            a.mul_(self.rho).add_((1 - self.rho) * p.grad**2)
            p.sub_(self.rate * p.grad / (a + self.epsilon).sqrt())


RUNS = {
    "lenet": (lenet, (1, 28, 28), 40, lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9)),
    # ε beside the root means another thing where the correction stands outside of it: it is next to nothing here.
    "residual": (residual, (3, 16, 16), 30, lambda p: torch.optim.Adam(p, lr=0.002, eps=1e-12)),
    "responses": (responses, (2, 17, 17), 30, lambda p: RMSProp(p, 0.001, 0.9, 1e-6)),
}


def run(name):
    forward, shape, steps, rule = RUNS[name]
    net = Network()
    forward(net, batch(0, shape)[0])
    parameters = list(net.parameters.values())
    optimizer = rule(parameters)
    losses = []
    for step in range(steps):
        image, classes = batch(step % 8, shape)
        with torch.autocast("cpu", torch.bfloat16, enabled=torch.get_default_dtype() == torch.float32):
            loss = F.cross_entropy(forward(net, image), classes)
        losses.append(loss.item())
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        optimizer.step()
    return losses


names = [name for name in sys.argv[1:] if name != "--bf16"] or RUNS
for name in names:
    losses = run(name)
    print(name)
    for start in range(0, len(losses), 10):
        print("  " + ", ".join(f"{loss:.9f}" for loss in losses[start : start + 10]) + ",")
    if "--bf16" in sys.argv:
        torch.set_default_dtype(torch.float32)
        others = [abs(a / b - 1) for a, b in zip(run(name), losses)]
        torch.set_default_dtype(torch.float64)
        print(f"  under autocast in bf16 off by {max(others):.4f} at most, by {np.mean(others):.4f} in the mean")
