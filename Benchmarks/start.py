"""Whole processes, from their start to the first result and their end: what a user waits for who runs one image."""

import json
import os
import statistics
import subprocess
import tempfile
import time

from checks import check
from engines import HERE, run

NETWORKS = ["lenet", "resnet50", "vgg16"]
LEAST_ROUNDS = 11
# PyTorch compiles for minutes: nobody starts it for one image.
LEFT_OUT = ("torch-compile",)


def compare(asked, python, names, prepare, keep):
    """`prepare` makes the files of a network, `keep` takes what was measured. Prints a line per network: milliseconds of
    each engine, its peak memory, and how many times netc's that is."""
    rounds = max(asked.rounds, LEAST_ROUNDS)
    networks = NETWORKS if asked.networks_are_default else asked.networks
    threads = max(asked.threads)
    print(f"whole processes with {threads} threads, files in the page cache: median of {rounds} in milliseconds "
          "(least..most), peak memory (no less than this driver's own); × is a peer's time over netc's, round by round")
    for network in networks:
        with tempfile.TemporaryDirectory(prefix="netc-start-") as folder:
            if names:
                command = prepare(asked, python, network, 1, folder)
                artefact = command[-1]
            else:
                artefact = _alone(asked, network, folder)
            commands = {"netc": [
                asked.netc, "run", artefact, "--input", f"{folder}/input.npy", "--output", f"{folder}/netc.npy",
                "--threads", str(threads), "--quiet"]}
            commands["netc check"] = [asked.netc, "check", os.path.join(asked.specs, network + ".yaml"), "--quiet"]
            for name in names:
                if name not in LEFT_OUT:
                    peer = os.path.join(HERE, "peers", "peer.py")
                    commands[name] = [python, peer, name, folder, str(threads)]
            times, peaks = {name: [] for name in commands}, {}
            for number in range(-1, rounds):
                order = list(commands)
                for name in order[max(0, number) % len(order):] + order[:max(0, number) % len(order)]:
                    seconds, peak = _process(commands[name])
                    if number >= 0:
                        times[name].append(1e3 * seconds)
                        peaks[name] = peak
            for name in names:
                if name in commands:
                    check(f"{folder}/{name}.npy", f"{folder}/reference.npy")
            print(f"{network:10s} " + "  ".join(_words(name, times, peaks) for name in commands), flush=True)
            keep({
                "kind": "start", "network": network, "threads": threads,
                "results": {name: {"ms": times[name], "peak_rss_bytes": peaks[name]} for name in commands},
            })


def _words(name, times, peaks):
    own = times[name]
    text = f"{name} {statistics.median(own):.1f} ({min(own):.1f}..{max(own):.1f}) {peaks[name] / 2**20:.0f} MiB"
    if name.startswith("netc"):
        return text
    return text + f" ×{statistics.median(a / b for a, b in zip(own, times['netc'])):.1f}"


def _process(command):
    """Seconds from start to end, and the most memory that it held in bytes."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = status
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with {status}")
    return seconds, 1024 * usage.ru_maxrss


def _alone(asked, network, folder):
    """An artefact with first values, and an input of zeros, where there is nobody to compare with."""
    artefact = f"{folder}/net.netc"
    run([asked.netc, "compile", os.path.join(asked.specs, network + ".yaml"), "--quiet", "-o", artefact])
    result = json.loads(run([asked.netc, "report", os.path.join(asked.specs, network + ".yaml"), "--format", "json"]))
    shape = [1] + result["layers"][0]["output_shape"][1:]
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple(shape)}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    count = 1
    for size in shape:
        count *= size
    with open(f"{folder}/input.npy", "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(4 * count))
    return artefact
