#!/usr/bin/env python3
"""Steps of training in PyTorch on a GPU: forward, backward, update with momentum. One form of it in a process.

    gpu_train_peer.py FORM NETWORK BATCH PRECISION SECONDS

prints one line of JSON. A step is what `netc bench --train --device gpu` measures: a batch is brought from pinned memory,
parameters follow their gradients, and the loss of the step before is read while the device works.
Forms: eager, eager-last (channels_last), compile-last (max-autotune), graph-last (the whole step as a CUDA graph). bf16
and fp16 are autocast's, fp16 with a scaled loss, which cannot be captured; fp32 multiplies in TF32.
"""

import json
import statistics
import sys
import time

from train_peer import network

FORMS = ["eager", "eager-last", "graph-last", "compile-last"]
FEWEST_STEPS, MOST_STEPS = 20, 100_000


def prepared(form, name, batch, precision, device):
    """A function that starts a step and gives its loss, a tensor that may still have to be computed."""
    import torch

    torch.manual_seed(1)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "fp32"
    torch.backends.cudnn.benchmark = True
    module, shape, classes = network(name)
    layout = torch.channels_last if form.endswith("-last") else torch.contiguous_format
    module = module.to(device, memory_format=layout)
    images, targets = torch.rand(batch, *shape), torch.randint(classes, (batch,))
    if device == "cuda":
        images, targets = images.pin_memory(), targets.pin_memory()
    objective = torch.nn.CrossEntropyLoss()
    optimiser = torch.optim.SGD(module.parameters(), lr=1e-6, momentum=0.9, fused=device == "cuda")
    run = torch.compile(module, mode="max-autotune") if form.startswith("compile") else module
    narrow = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision)
    scaler = torch.amp.GradScaler(device, enabled=precision == "fp16")

    def step(x, target):
        optimiser.zero_grad(set_to_none=True)
        # What a cache of narrow weights holds would not be computed again when a graph is replayed.
        with torch.autocast(device, dtype=narrow, enabled=narrow is not None, cache_enabled=not form.startswith("graph")):
            loss = objective(run(x), target)
        scaler.scale(loss).backward()
        scaler.step(optimiser)
        scaler.update()
        return loss.detach()

    def brought():
        return images.to(device, memory_format=layout, non_blocking=True), targets.to(device, non_blocking=True)

    if not form.startswith("graph"):
        return lambda: step(*brought())
    x, target = brought()
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step(x, target)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    optimiser.zero_grad(set_to_none=True)
    with torch.cuda.graph(graph):
        loss = step(x, target)

    def replayed():
        x.copy_(images, non_blocking=True)
        target.copy_(targets, non_blocking=True)
        graph.replay()
        return loss.clone()

    return replayed


def times_of(step, seconds):
    """Seconds from the end of one step to the end of the next."""
    before = step()
    for _ in range(5):
        now = step()
        before.item()
        before = now
    times, begin = [], time.perf_counter()
    last = begin
    while len(times) < FEWEST_STEPS or (last - begin < seconds and len(times) < MOST_STEPS):
        now = step()
        before.item()
        before = now
        end = time.perf_counter()
        times.append(end - last)
        last = end
    return times


def measured(form, name, batch, precision, seconds, device="cuda"):
    import torch

    if device == "cuda" and not torch.cuda.is_available():
        raise RuntimeError("PyTorch finds no GPU")
    times = times_of(prepared(form, name, batch, precision, device), seconds)
    facts = {"median_ms": 1e3 * statistics.median(times), "min_ms": 1e3 * min(times), "runs": len(times)}
    if device == "cuda":
        facts["peak_device_bytes"] = torch.cuda.max_memory_reserved()
        facts["device"] = torch.cuda.get_device_name()
    facts["version"] = torch.__version__
    return facts


def main():
    form, name, batch, precision, seconds = sys.argv[1:]
    try:
        facts = measured(form, name, int(batch), precision, float(seconds))
    except Exception as fault:
        facts = {"error": f"{type(fault).__name__}: {fault}"[:300]}
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
