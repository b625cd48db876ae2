"""Recorded cells as a page of Markdown."""

import statistics
import textwrap

HEAD = [
    "Made by `./netc.sh bench` ([how to measure](measuring.md)); nothing here is written by hand.",
    "{date}, {cpu}, {cores} cores for this process, L2 {l2} per core, L3 {l3}, {precision}, `{target}`. {versions}.",
    "Milliseconds for a whole batch: the median of {rounds} rounds, and the least and the most of the rounds' medians. "
    "The engines take turns round by round, with the same graph and the same numbers, each checked against a reference "
    "first; `×` is a peer's time over netc's, the median over the rounds: above 1 netc is faster. One thread is pinned "
    "to one core. Turns during which something else used the machine were taken again{disturbed}. Virtual machines share "
    "their cores with neighbours: a cell can move by a third between two hours, the ratios move less.",
]
LOAD = (
    "Milliseconds until the network is ready, the first run not included, of a program that is running already; then "
    "the peak memory of its process. The peers run inside of Python, whose interpreter takes about 30 MiB."
)


START = (
    "Milliseconds from the start of a process to its first result and its end, files in the page cache, with {threads} "
    "threads: the median of {rounds}, the least and the most; then the most memory that it held. netc runs what it "
    "compiled. The peers load their own files from Python, and the import is in their time; `netc check` reads and checks "
    "the spec."
)


def write_page(records, path):
    """The last record of each cell, in order of first appearance; of the precision of the last one."""
    starts = {record["network"]: record for record in records if record.get("kind") == "start"}
    records = [record for record in records if record.get("kind") != "start"]
    cells, precision = {}, records[-1].get("precision", "fp32")
    for record in records:
        if record.get("precision", "fp32") != precision:
            continue
        cells[record["network"], record["batch"], record["threads"], record.get("numerics", "fast")] = record
    newest = records[-1]
    names = list(dict.fromkeys(name for record in cells.values() for name in record["results"]))
    versions = {name: r["results"][name]["version"] for r in cells.values() for name in names if name in r["results"]}
    machine = newest["machine"]
    rounds = sorted({len(record["results"]["netc"]["median_ms"]) for record in cells.values()})
    disturbed = sum(result["disturbed"] for record in cells.values() for result in record["results"].values())
    facts = dict(
        disturbed=f" (in vain {disturbed} times)" if disturbed else "",
        date=_span([record["date"] for record in cells.values()]), cpu=machine["cpu"], cores=machine["cores"],
        precision=precision, target=machine["target"], l2=_bytes(machine["cache_bytes"]["l2"]),
        l3=_bytes(machine["cache_bytes"]["l3"]),
        versions=", ".join(f"{name} {version}" for name, version in versions.items()),
        rounds=" to ".join(str(count) for count in dict.fromkeys((min(rounds), max(rounds)))))
    title = "Performance in bf16" if precision == "bf16" else "Performance"
    text = f"# {title}\n\n" + "\n".join(_paragraph(part.format(**facts)) for part in HEAD)
    for numerics, threads in sorted({(key[3], key[2]) for key in cells}):
        strict = ", plain products only (`--numerics strict`)" if numerics == "strict" else ""
        text += f"\n## {threads} thread{'s' if threads > 1 else ''}{strict}\n\n"
        text += "| network, batch | " + " | ".join(names) + " |\n|---|" + "--:|" * len(names) + "\n"
        for (network, batch, count, kind), record in cells.items():
            if (kind, count) == (numerics, threads):
                row = [_cell(record["results"], name) for name in names]
                text += f"| {network}, {batch} | " + " | ".join(row) + " |\n"
    text += "\n" + _memory(cells, names)
    if precision == "fp32" and starts:
        text += "\n" + _starts(starts)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _paragraph(text):
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False) + "\n"


def _cell(results, name):
    if name not in results:
        return ""
    medians, own = results[name]["median_ms"], results["netc"]["median_ms"]
    text = f"{_ms(statistics.median(medians))} ({_ms(min(medians))}..{_ms(max(medians))})"
    if name == "netc":
        return text
    return f"{text} **×{statistics.median(peer / mine for peer, mine in zip(medians, own)):.2f}**"


def _memory(cells, names):
    most = max(key[2] for key in cells)
    text = f"## Load time and memory, {most} thread{'s' if most > 1 else ''}\n\n{_paragraph(LOAD)}\n"
    text += "| network, batch | " + " | ".join(names) + " |\n|---|" + "--:|" * len(names) + "\n"
    for (network, batch, count, kind), record in cells.items():
        if count != most or (kind == "strict" and (network, batch, count, "fast") in cells):
            continue
        row = []
        for name in names:
            facts = record["results"].get(name, {})
            known = "load_ms" in facts and "peak_rss_bytes" in facts
            row.append(f"{_ms(facts['load_ms'])}, {_bytes(facts['peak_rss_bytes'])}" if known else "")
        text += f"| {network}, {batch} | " + " | ".join(row) + " |\n"
    return text


def _starts(records):
    names = list(dict.fromkeys(name for record in records.values() for name in record["results"]))
    newest = list(records.values())[-1]
    about = START.format(threads=newest["threads"], rounds=len(newest["results"]["netc"]["ms"]))
    text = f"## Whole processes\n\n{_paragraph(about)}\n"
    text += "| network | " + " | ".join(names) + " |\n|---|" + "--:|" * len(names) + "\n"
    for network, record in records.items():
        row = []
        for name in names:
            times, own = record["results"][name]["ms"], record["results"]["netc"]["ms"]
            words = f"{_ms(statistics.median(times))} ({_ms(min(times))}..{_ms(max(times))}), "
            words += _bytes(record["results"][name]["peak_rss_bytes"])
            if not name.startswith("netc"):
                words += f" **×{statistics.median(a / b for a, b in zip(times, own)):.1f}**"
            row.append(words)
        text += f"| {network} | " + " | ".join(row) + " |\n"
    return text


def _ms(value):
    digits = 4 if value < 0.1 else 3 if value < 1 else 2 if value < 100 else 0
    return f"{value:.{digits}f}"


def _bytes(count):
    if not count:
        return "unknown"
    return f"{count / 2**20:.0f} MiB" if count >= 2**20 else f"{count / 2**10:.0f} KiB"


def _span(dates):
    return min(dates) if min(dates) == max(dates) else f"{min(dates)} to {max(dates)}"
