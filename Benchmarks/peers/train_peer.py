#!/usr/bin/env python3
"""Steps of training in PyTorch or TensorFlow: forward, backward, update with momentum. Answers as `peer.py` does.

    train_peer.py FORM NETWORK THREADS BATCH [PRECISION]

FORM is eager or compile, with -last for channels_last, for PyTorch; or tensorflow, with -xla for its compiler. PRECISION
is fp32 or, for PyTorch alone, bf16: forward and loss under autocast.
"""

import json
import os
import resource
import sys
import time

from peer import measure


def residual(channels, wider, stride, project):
    import torch
    import torch.nn.functional as F

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a = torch.nn.Conv2d(channels, wider, 3, stride, 1, bias=False)
            self.b = torch.nn.Conv2d(wider, wider, 3, 1, 1, bias=False)
            self.na, self.nb = torch.nn.BatchNorm2d(wider), torch.nn.BatchNorm2d(wider)
            self.short = None
            if stride > 1 and project:
                self.short = torch.nn.Sequential(
                    torch.nn.Conv2d(channels, wider, 1, stride, bias=False), torch.nn.BatchNorm2d(wider))

        def forward(self, x):
            y = self.nb(self.b(F.relu(self.na(self.a(x)))))
            if self.short is not None:
                x = self.short(x)
            elif stride > 1:
                side = (wider - channels) // 2
                x = F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, side, side))
            return F.relu(x + y)

    return Block()


def bottleneck(channels, width, stride):
    """With the stride in the 3×3; a projection where the result has other channels."""
    import torch
    import torch.nn.functional as F

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            sizes = [(channels, width, 1, 1, 0), (width, width, 3, stride, 1), (width, 4 * width, 1, 1, 0)]
            self.convolutions = torch.nn.ModuleList(torch.nn.Conv2d(*size, bias=False) for size in sizes)
            self.norms = torch.nn.ModuleList(torch.nn.BatchNorm2d(size[1]) for size in sizes)
            self.short = torch.nn.Identity() if channels == 4 * width else torch.nn.Sequential(
                torch.nn.Conv2d(channels, 4 * width, 1, stride, bias=False), torch.nn.BatchNorm2d(4 * width))

        def forward(self, x):
            y = x
            for index, (convolution, norm) in enumerate(zip(self.convolutions, self.norms)):
                y = norm(convolution(y))
                y = F.relu(y) if index < 2 else y
            return F.relu(self.short(x) + y)

    return Block()


def network(name):
    """(module, the shape of an example, the number of classes), as netc's spec of that name has it."""
    from torch import nn

    if name == "lenet":
        return nn.Sequential(
            nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 120, 5), nn.ReLU(), nn.Flatten(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)), \
            (1, 32, 32), 10
    if name == "mnist":
        return nn.Sequential(
            nn.Conv2d(1, 32, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 32, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(512, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 10)), (1, 28, 28), 10
    if name == "resnet20":
        layers, channels = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
        for width in (16, 32, 64):
            for index in range(3):
                layers.append(residual(channels, width, 2 if index == 0 and width > 16 else 1, False))
                channels = width
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)), (3, 32, 32), 10
    if name == "resnet18":
        layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
        channels = 64
        for width in (64, 128, 256, 512):
            for index in range(2):
                layers.append(residual(channels, width, 2 if index == 0 and width > 64 else 1, True))
                channels = width
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000)), (3, 224, 224), 1000
    if name == "resnet50":
        layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
        channels = 64
        for width, depth in ((64, 3), (128, 4), (256, 6), (512, 3)):
            for index in range(depth):
                layers.append(bottleneck(channels, width, 2 if index == 0 and width > 64 else 1))
                channels = 4 * width
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000)), \
            (3, 224, 224), 1000
    if name == "vgg16":
        layers, channels = [], 3
        for width, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
            for _ in range(count):
                layers += [nn.Conv2d(channels, width, 3, 1, 1), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2))
        return nn.Sequential(
            *layers, nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 4096),
            nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 1000)), (3, 224, 224), 1000
    raise ValueError(f"no PyTorch module for {name}")


def step(form, name, threads, batch, precision):
    """(version, a function that takes one step)."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model, shape, classes = network(name)
    x, target = torch.rand(batch, *shape), torch.randint(classes, (batch,))
    if form.endswith("-last"):
        model, x = model.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    loss = torch.nn.CrossEntropyLoss()
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.9)
    run = torch.compile(model) if form.startswith("compile") else model

    def one():
        optimiser.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            value = loss(run(x), target)
        value.backward()
        optimiser.step()

    return torch.__version__.split("+")[0], one


def main():
    form, name, threads, batch = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    precision = sys.argv[5] if len(sys.argv) > 5 else "fp32"
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(**facts):
        print(json.dumps(facts), file=answers, flush=True)

    try:
        if form.startswith("tensorflow"):
            import train_tensorflow

            version, run = train_tensorflow.step(form, name, threads, batch)
        else:
            version, run = step(form, name, threads, batch, precision)
        run()
    except Exception as fault:
        answer(error=f"{type(fault).__name__}: {fault}"[:300])
        return
    answer(version=version)
    for line in sys.stdin:
        begin = time.process_time()
        times = measure(run, float(line))
        answer(
            cpu_s=time.process_time() - begin, median_ms=1e3 * times[len(times) // 2], min_ms=1e3 * times[0],
            runs=len(times), peak_rss_bytes=1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    answers.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
