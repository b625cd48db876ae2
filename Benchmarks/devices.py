"""What the measurements on a GPU share: their options, a peer as a process of its own, the device and its ceilings."""

import argparse
import json
import os
import subprocess
import sys

from engines import HERE, run


def options(doc, usual, forms):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cells", nargs="*", default=usual, help="network:batch")
    parser.add_argument("--netc", default=".build/release/netc")
    parser.add_argument("--specs", default="specs")
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has PyTorch for GPUs")
    parser.add_argument("--precision", choices=["fp32", "bf16", "fp16"], default="bf16")
    parser.add_argument("--forms", type=lambda text: text.split(","), default=forms)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--alone", action="store_true", help="without PyTorch")
    return parser


def peer(python, script, *words):
    """The facts of one line that a script of `peers` prints."""
    command = [python, os.path.join(HERE, "peers", script)] + [str(word) for word in words]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"error": (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]}


def ceilings(asked, precision):
    """What PyTorch reaches with a large product and a large copy; None where netc is measured alone."""
    gpu = json.loads(run([asked.netc, "doctor", "--json"])).get("gpu") or {}
    if not gpu.get("usable"):
        sys.exit(f"gpu: there is no device: {gpu.get('problem') or 'nothing of NVIDIA was found'}")
    if asked.alone:
        return None
    facts = peer(asked.python, "gpu_peer.py", "ceilings", "-", precision, asked.seconds)
    if "error" in facts:
        sys.exit(f"gpu: PyTorch cannot use the device: {facts['error']}")
    print(f"{facts['device']}, PyTorch {facts['version']}: {facts['flop_per_s'] / 1e12:.1f} TFLOP/s in "
          f"{precision}, copies {facts['bytes_per_s'] / 1e12:.2f} TB/s", flush=True)
    return facts


def shares(command, ceilings):
    """What netc's kernels take by themselves, in words, and their share of what the device does at most."""
    launches = json.loads(run(command + ["--profile"]))["launches"]
    kernels = sum(launch["median_us"] for launch in launches) / 1e6
    words = [f"{len(launches)} kernels {1e3 * kernels:9.4f}"]
    if ceilings:
        floors = {
            "matrix rate": sum(launch["gflop"] for launch in launches) * 1e9 / ceilings["flop_per_s"],
            "bandwidth": sum(launch["bytes"] for launch in launches) / ceilings["bytes_per_s"]}
        bound = max(floors, key=floors.get)
        words.append(f"{100 * floors[bound] / kernels:.1f} % of the {bound}")
    return words


def report(words, failed):
    print("  ".join(words), flush=True)
    for form, reason in failed.items():
        print(f"{'':14}      {form} failed: {reason}", flush=True)
