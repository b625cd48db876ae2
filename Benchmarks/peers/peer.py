#!/usr/bin/env python3
"""One peer with one network: loads it, computes the reference's input once, and times runs whenever it is asked to.

    peer.py ENGINE FOLDER THREADS [PRECISION]

reads a number of seconds per line from standard input and answers each with a line of JSON; the first line tells how
loading went. Between two questions it sleeps.
"""

import json
import os
import resource
import sys
import time

ENGINES = ["onnxruntime", "openvino", "ncnn", "torch", "torch-compile"]
FEWEST_RUNS, MOST_RUNS = 5, 100_000


def load(engine, folder, threads, precision, x):
    """(version, a function that runs the network on x and returns the result)."""
    if engine == "onnxruntime":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(f"{folder}/model.onnx", options, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        return onnxruntime.__version__, lambda: session.run(None, {name: x})[0]
    if engine == "openvino":
        import openvino

        core = openvino.Core()
        compiled = core.compile_model(
            core.read_model(f"{folder}/model.onnx"), "CPU",
            {
                "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": "1",
                "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
            })
        request = compiled.create_infer_request()
        request.set_input_tensor(openvino.Tensor(x, shared_memory=True))

        def infer():
            request.infer()
            return request.get_output_tensor().data

        return openvino.__version__.split("-")[0], infer
    if engine == "ncnn":
        import ncnn
        import numpy as np

        with open(f"{folder}/unsupported.json") as file:
            reason = json.load(file).get("ncnn")
        if reason:
            raise RuntimeError(f"ncnn does not take {reason}")
        net = ncnn.Net()
        net.opt.num_threads, net.opt.use_vulkan_compute = threads, False
        net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
        net.opt.use_bf16_storage = False
        if net.load_param(f"{folder}/model.param") or net.load_model(f"{folder}/model.bin"):
            raise RuntimeError("ncnn cannot read its files")
        with open(f"{folder}/model.json") as file:
            first, last = json.load(file)
        image = ncnn.Mat(x[0]).clone()

        def extract():
            extractor = net.create_extractor()
            extractor.input(first, image)
            return np.array(extractor.extract(last)[1])

        return ncnn.__version__, extract
    return load_torch(engine, folder, threads, x)


def load_torch(engine, folder, threads, x):
    """Eager or compiled, in the layout that suits convolutions on CPUs."""
    import torch

    from network import Network
    from to_torch import Module

    torch.set_num_threads(threads)
    network = Network(f"{folder}/graph.netc")
    network.read_weights(f"{folder}/weights.safetensors")
    module = Module(network).eval().to(memory_format=torch.channels_last)
    tensor = torch.from_numpy(x).contiguous(memory_format=torch.channels_last)
    if engine == "torch-compile":
        import torch._inductor.config

        torch._inductor.config.freezing = True
        module = torch.compile(module)
    mode = torch.no_grad if engine == "torch-compile" else torch.inference_mode

    def run():
        with mode():
            return module(tensor)

    return torch.__version__.split("+")[0], run


def measure(run, seconds):
    """Seconds of each run: a few that do not count, then as many as the time allows."""
    times, begin = [], time.perf_counter()
    for _ in range(3):
        run()
    while len(times) < FEWEST_RUNS or (time.perf_counter() - begin < seconds and len(times) < MOST_RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return sorted(times)


def main():
    engine, folder, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    precision = sys.argv[4] if len(sys.argv) > 4 else "fp32"
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(threads)
    answers = os.fdopen(os.dup(1), "w")
    # Whatever a peer prints is not an answer.
    os.dup2(2, 1)

    import numpy as np

    def answer(**facts):
        print(json.dumps(facts), file=answers, flush=True)

    try:
        x = np.load(f"{folder}/input.npy")
        begin = time.perf_counter()
        version, run = load(engine, folder, threads, precision, x)
        loaded = time.perf_counter()
        result = run()
        first = time.perf_counter()
        result = result.detach().numpy() if hasattr(result, "detach") else result
        np.save(f"{folder}/{engine}.npy", np.asarray(result, np.float32))
    except Exception as fault:
        answer(error=f"{type(fault).__name__}: {fault}"[:300])
        return
    answer(version=version, load_ms=1e3 * (loaded - begin), first_ms=1e3 * (first - loaded))
    for line in sys.stdin:
        begin = time.process_time()
        times = measure(run, float(line))
        answer(
            cpu_s=time.process_time() - begin,
            median_ms=1e3 * times[len(times) // 2], min_ms=1e3 * times[0], runs=len(times),
            peak_rss_bytes=1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    answers.flush()
    # Some peers crash while they tidy up.
    os._exit(0)


if __name__ == "__main__":
    main()
