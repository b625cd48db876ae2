#!/usr/bin/env python3
"""PyTorch on a GPU with one network: one form of it, or the device's ceilings.

    gpu_peer.py FORM FOLDER PRECISION SECONDS
    gpu_peer.py ceilings - PRECISION SECONDS

prints one line of JSON. A run is what `netc bench --device gpu` measures: from an array in the host's memory to one.
Forms: eager, eager-last (channels_last), compile-last (max-autotune, whose kernels run as a CUDA graph), graph-last
(eager kernels captured as a CUDA graph). bf16 and fp16 are autocast's; fp32 multiplies in TF32, fp32-strict does not.
"""

import json
import statistics
import sys
import time

FORMS = ["eager", "eager-last", "graph-last", "compile-last"]
FEWEST_RUNS, MOST_RUNS = 20, 100_000


def prepared(form, folder, precision):
    """A function that takes the input from pinned memory through the network, and back."""
    import numpy
    import torch

    from network import Network
    from to_torch import Module

    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "fp32"
    torch.backends.cudnn.benchmark = True
    network = Network(f"{folder}/graph.netc")
    network.read_weights(f"{folder}/weights.safetensors")
    module = Module(network).eval().cuda()
    host = torch.from_numpy(numpy.load(f"{folder}/input.npy")).pin_memory()
    layout = torch.contiguous_format
    if form.endswith("-last") and host.dim() == 4:
        layout = torch.channels_last
        module = module.to(memory_format=layout)
    if form.startswith("compile"):
        module = torch.compile(module, mode="max-autotune")
    narrow = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision)

    def network_on(x):
        with torch.no_grad(), torch.autocast("cuda", dtype=narrow, enabled=narrow is not None):
            return module(x)

    if form.startswith("graph"):
        image = host.cuda().contiguous(memory_format=layout)
        side = torch.cuda.Stream()
        with torch.cuda.stream(side):
            for _ in range(3):
                network_on(image)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            result = network_on(image)

        def run():
            image.copy_(host, non_blocking=True)
            graph.replay()
            return result.float().cpu()

        return run
    return lambda: network_on(host.cuda(non_blocking=True).contiguous(memory_format=layout)).float().cpu()


def times_of(run, seconds):
    for _ in range(5):
        run()
    times, begin = [], time.perf_counter()
    while len(times) < FEWEST_RUNS or (time.perf_counter() - begin < seconds and len(times) < MOST_RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return times


def ceilings(precision):
    """What the device does at most: FLOP/s of a large product in that precision, bytes/s of a large copy."""
    import torch

    torch.backends.cuda.matmul.allow_tf32 = precision == "fp32"
    kind = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision, torch.float32)
    size = 8192
    a, b = (torch.randn(size, size, device="cuda", dtype=kind) for _ in range(2))
    source = torch.randn(1 << 28, device="cuda")
    target = torch.empty_like(source)

    def seconds_of(run):
        for _ in range(3):
            run()
        marks = [torch.cuda.Event(enable_timing=True) for _ in range(11)]
        marks[0].record()
        for mark in marks[1:]:
            run()
            mark.record()
        torch.cuda.synchronize()
        return statistics.median(x.elapsed_time(y) for x, y in zip(marks, marks[1:])) / 1e3

    product = seconds_of(lambda: torch.matmul(a, b))
    copy = seconds_of(lambda: target.copy_(source))
    return {
        "flop_per_s": 2 * size**3 / product, "bytes_per_s": 2 * source.numel() * 4 / copy,
        "device": torch.cuda.get_device_name()}


def main():
    form, folder, precision, seconds = sys.argv[1:]
    try:
        import torch

        if not torch.cuda.is_available():
            raise RuntimeError("PyTorch finds no GPU")
        if form == "ceilings":
            facts = ceilings(precision)
        else:
            import numpy

            run = prepared(form, folder, precision)
            numpy.save(f"{folder}/{form}.npy", run().numpy())
            times = times_of(run, float(seconds))
            facts = {"median_ms": 1e3 * statistics.median(times), "min_ms": 1e3 * min(times), "runs": len(times)}
        facts["version"] = torch.__version__
    except Exception as fault:
        facts = {"error": f"{type(fault).__name__}: {fault}"[:300]}
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
