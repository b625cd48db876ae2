#!/usr/bin/env python3
"""netc beside the runtimes that people would use instead, on this machine, in turns.

    ./netc.sh bench [--quick] [--networks lenet,resnet50] [--batches 1,32] [--threads 1,2] …
    ./netc.sh bench --against OTHER_NETC [--networks …]
    ./netc.sh bench --start [--networks lenet,resnet50,vgg16]

Every engine runs the same graph with the same numbers, and is compared with a reference before it is timed. The engines
of a cell take turns, round by round (A B C, B C A, …), so that a machine that slows down hurts all of them alike; the
ratio to netc is taken round by round. Without peers (`--install-peers` makes them) netc is measured alone, and checked
against its own interpreter in double precision.

Needs Python 3.9 and nothing else; the peers have a virtual environment of their own.
"""

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile

import against
import quiet
import start
from checks import check
from engines import HERE, Netc, Peer, run
from pages import write_page

ROOT = os.path.dirname(HERE)
NETWORKS = "lenet,mnist,squeezenet,mobilenetv2,alexnet,googlenet-bn,resnet18,resnet50,vgg16"
QUICK = "lenet,squeezenet,mobilenetv2,resnet18,resnet50,vgg16"
# Those that multiply bf16 on CPUs when they are told to.
PEERS_IN_BF16 = ["openvino"]
PEERS = ["onnxruntime", "openvino", "ncnn", "torch-compile", "torch"]
# What stands in where an engine fails: without a C++ compiler, say, PyTorch compiles nothing.
INSTEAD = {"torch-compile": "torch"}
# Examples per run of the large batch; networks whose activations are large get fewer.
LARGE, LARGE_OF = 32, {"vgg16": 16, "unet": 4, "fcn8s": 4}
# A team that has just worked may go on spinning for a moment.
PAUSE = 0.3


def options():
    parser = argparse.ArgumentParser(prog="./netc.sh bench", description=__doc__.split("\n\n")[0])
    add = parser.add_argument
    add("--networks", help="names of specs, with commas")
    add("--batches", help="batch sizes, with commas, or `large` (32; 16 for vgg16); default: 1 and large, quick: 1")
    add("--threads", help="numbers of threads, with commas; default: 1 and all cores")
    add("--engines", help=f"with commas, of {', '.join(PEERS)}; default: the first four that are installed")
    add("--precision", choices=["fp32", "bf16"], default="fp32", help="of netc, and of the peers that have it")
    add("--numerics", choices=["fast", "strict"], default="fast", help="of netc; strict does plain products only")
    add("--against", metavar="NETC", help="compare two builds of netc instead: this one and another binary")
    add("--start", action="store_true", help="time whole processes instead, from their start to the first result")
    add("--rounds", type=int, help="turns of each engine; default 5")
    add("--seconds", type=float, help="how long a turn lasts; default 1")
    add("--quick", action="store_true", help="fewer networks, 3 rounds of 0.4 seconds")
    add("--record", metavar="FILE", help="append a line of JSON per cell, or per network with --start")
    add("--write", metavar="PAGE", help="write a page with every cell of --record and stop measuring")
    add("--install-peers", action="store_true", help="make the peers' virtual environment first")
    add("--with-torch", action="store_true", help="with --install-peers: PyTorch, too")
    add("--patience", type=float, default=60, help="seconds per cell to wait for a quiet machine; default 60")
    add("--alone", action="store_true", help="leave the peers out")
    add("--specs", default=os.path.join(ROOT, "specs"))
    add("--netc", default=os.path.join(ROOT, ".build/release/netc"))
    asked = parser.parse_args()
    asked.networks_are_default = asked.networks is None
    asked.networks = (asked.networks or (QUICK if asked.quick else NETWORKS)).split(",")
    asked.rounds = asked.rounds or (3 if asked.quick else 5)
    asked.seconds = asked.seconds or (0.4 if asked.quick else 1.0)
    cores = len(os.sched_getaffinity(0))
    asked.threads = [int(n) for n in asked.threads.split(",")] if asked.threads else sorted({1, cores})
    asked.batches = (asked.batches or ("1" if asked.quick or asked.against or asked.start else "1,large")).split(",")
    return asked


def batch_of(word, network):
    """The size that `--batches` names for a network."""
    return LARGE_OF.get(network, LARGE) if word == "large" else int(word)


def peers_python():
    """The interpreter of the peers' environment; None without one."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    python = os.path.join(os.environ.get("NETC_PEERS") or os.path.join(caches, "netc", "peers"), "bin", "python")
    return python if os.access(python, os.X_OK) else None


def engines(asked, python):
    """Names of the peers that can be used."""
    if python is None or asked.alone:
        return []
    modules = {"torch-compile": "torch"}
    code = "import importlib.util as u, sys; print(*[e for e in sys.argv[1:] if u.find_spec(e.split('=')[1])])"
    found = run([python, "-c", code] + [f"{e}={modules.get(e, e)}" for e in PEERS]).split()
    installed = [entry.split("=")[0] for entry in found]
    known = PEERS_IN_BF16 if asked.precision == "bf16" else PEERS
    usual = [name for name in installed if name in known and name not in INSTEAD.values()]
    wanted = asked.engines.split(",") if asked.engines else usual[:4]
    for name in wanted:
        if name not in known:
            sys.exit(f"bench: {name} does not compute in {asked.precision} here")
        if name not in installed:
            sys.exit(f"bench: {name} is not installed; --install-peers makes {', '.join(PEERS[:3])}")
    return wanted


def prepare_alone(asked, network, batch):
    """netc's command line for a spec, checked against its interpreter."""
    command = [asked.netc, "bench", os.path.join(asked.specs, network + ".yaml"), "--batch", str(batch)]
    command += ["--precision", asked.precision, "--numerics", asked.numerics]
    run(command + ["--seconds", "0.001", "--check"])
    return command


def prepare(asked, python, network, batch, folder):
    """Makes the files of a cell, and gives netc's command line; checks netc."""
    spec = os.path.join(asked.specs, network + ".yaml")
    drawn, compiled = f"{folder}/drawn.netc", f"{folder}/net.netc"
    run([asked.netc, "compile", spec, "--batch", str(batch), "-o", drawn, "--quiet"])
    run([python, os.path.join(HERE, "peers", "prepare.py"), drawn, folder])
    os.unlink(drawn)
    weights = f"{folder}/weights.safetensors"
    run([
        asked.netc, "compile", spec, "--batch", str(batch), "--weights", weights, "--numerics", asked.numerics,
        "--precision", asked.precision, "-o", compiled])
    run([asked.netc, "run", compiled, "--input", f"{folder}/input.npy", "--output", f"{folder}/netc.npy"])
    check(f"{folder}/netc.npy", f"{folder}/reference.npy", asked.precision)
    return [asked.netc, "bench", compiled]


def cell(asked, python, names, command, folder, threads):
    """Rounds of all engines: {name: {"version", "median_ms": [per round], "min_ms": …}}, and who failed why."""
    team, failed, patience = [Netc(command, threads)], {}, quiet.Patience(asked.patience)
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        try:
            peer = Peer(python, name, folder, threads, asked.precision)
            team.append(peer)
            check(f"{folder}/{name}.npy", f"{folder}/reference.npy", asked.precision)
        except (RuntimeError, ValueError) as fault:
            failed[name] = str(fault)
            team = [engine for engine in team if engine.name != name]
            if INSTEAD.get(name) not in (None, *names):
                waiting.insert(0, INSTEAD[name])
    results = {
        engine.name: {"version": engine.version, "median_ms": [], "min_ms": [], "disturbed": 0} for engine in team}
    try:
        for number in range(asked.rounds):
            first = number % len(team)
            for engine in team[first:] + team[:first]:
                (median, least, _), is_quiet = patience.turn(lambda: engine.turn(asked.seconds), PAUSE)
                results[engine.name]["median_ms"].append(median)
                results[engine.name]["min_ms"].append(least)
                results[engine.name]["disturbed"] += not is_quiet
    finally:
        for engine in team:
            results[engine.name].update(engine.facts)
            engine.close()
    return results, failed


def ratio(results, name):
    """How many times as long as netc the peer takes: the median of the rounds."""
    pairs = zip(results[name]["median_ms"], results["netc"]["median_ms"])
    return statistics.median(peer / own for peer, own in pairs)


def line(record):
    """A cell for people."""
    results = record["results"]
    strict = " strict" if record["numerics"] == "strict" else ""
    words = [f"{record['network']:13s} batch {record['batch']:<3d} {record['threads']} thr{strict} "]
    for name, result in results.items():
        median, least, most = statistics.median(result["median_ms"]), min(result["median_ms"]), max(result["median_ms"])
        text = f"{name} {median:.4g} ({least:.4g}..{most:.4g})"
        words.append(text if name == "netc" else f"{text} ×{ratio(results, name):.2f}")
    words += [f"{name}: {why}" for name, why in record["failed"].items()]
    disturbed = sum(result["disturbed"] for result in results.values())
    if disturbed:
        words.append(f"({disturbed} turns disturbed)")
    return "  ".join(words)


def machine(netc):
    """What netc's doctor says of this machine."""
    facts = json.loads(run([netc, "doctor", "--json"]))
    return {key: facts[key] for key in ("cpu", "cores", "cache_bytes", "target", "version")}


def main():
    asked = options()
    if asked.write:
        if not asked.record:
            sys.exit("bench: --write needs --record, where the figures are")
        with open(asked.record, encoding="utf-8") as file:
            write_page([json.loads(text) for text in file], asked.write)
        return
    if asked.install_peers:
        run_installer(asked)
    python = peers_python()
    names = [] if asked.against else engines(asked, python)
    if not names and not asked.against:
        print("netc alone: `./netc.sh bench --install-peers` gets runtimes to compare it with", file=sys.stderr)
    if asked.against:
        sys.exit(against.compare(asked, batch_of))
    facts = machine(asked.netc)

    def keep(record):
        if asked.record:
            with open(asked.record, "a", encoding="utf-8") as file:
                record = {"date": datetime.date.today().isoformat(), "machine": facts, **record}
                file.write(json.dumps(record) + "\n")

    if asked.start:
        return start.compare(asked, python, names, prepare, keep)
    print("milliseconds: median of the rounds (least..most); × is the peer's time over netc's", file=sys.stderr)
    for network in asked.networks:
        for batch in dict.fromkeys(batch_of(word, network) for word in asked.batches):
            with tempfile.TemporaryDirectory(prefix="netc-bench-") as folder:
                try:
                    if names:
                        command = prepare(asked, python, network, batch, folder)
                    else:
                        command = prepare_alone(asked, network, batch)
                except (RuntimeError, ValueError) as fault:
                    print(f"{network:13s} batch {batch:<3d} failed: {fault}", flush=True)
                    continue
                for threads in asked.threads:
                    results, failed = cell(asked, python, names, command, folder, threads)
                    record = {
                        "network": network, "batch": batch, "threads": threads, "numerics": asked.numerics,
                        "precision": asked.precision, "seconds": asked.seconds, "results": results, "failed": failed,
                    }
                    print(line(record), flush=True)
                    keep(record)


def run_installer(asked):
    subprocess.run(
        [os.path.join(HERE, "install_peers.sh")] + (["torch"] if asked.with_torch else []), check=True)


if __name__ == "__main__":
    main()
