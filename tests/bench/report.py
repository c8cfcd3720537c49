"""Tables of what was measured: medians with the least and the greatest, and medians of each round's ratio."""
import statistics

TITLES = {"nginx": "nginx", "haproxy": "haproxy", "off": "Portcullis, WAF off", "on": "Portcullis",
          "on, no cache": "Portcullis, no verdict cache", "ModSecurity": "nginx + ModSecurity",
          "on, level 4": "Portcullis", "on, level 4, no cache": "Portcullis, no verdict cache",
          "ModSecurity, level 4": "nginx + ModSecurity"}


def spread(values, digits):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}..{max(values):.{digits}f})"


def ratio(found, row, over, under):
    """The ratio of CPU per request in each round in which nothing failed: its median, least and greatest."""
    at = {(f["round"], f["variant"]): f["cpu_us"] for f in found if f["row"] == row and not f["failed"]}
    ratios = [at[number, over] / at[number, under] for number, variant in at if variant == under and (number, over) in at]
    return spread(ratios, 2) if ratios else "no clean round"


def ratios_of(part, found):
    """{row: {"over / under": text}}."""
    return {row.name: {f"{TITLES[over]} / {TITLES[under]}": ratio(found, row.name, over, under) for over, under in row.ratios}
            for row in part.rows}


def table(part, found):
    starts = f", {part.starts} starts of the servers" if part.starts > 1 else ""
    lines = [f"### {part.title}", "", f"{part.rounds} rounds{starts}.", "",
             "| row | variant | CPU µs a request | requests/s | p50 ms | p99 ms | memory MB | failed |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for row in part.rows:
        for variant in row.variants:
            of = [f for f in found if f["row"] == row.name and f["variant"] == variant]

            def median(name, of=of):
                return statistics.median(f[name] for f in of)
            lines.append(f"| {row.name} | {TITLES[variant]} | {spread([f['cpu_us'] for f in of], 1)} | {median('rps'):.0f} | "
                         f"{median('p50_ms'):.2f} | {median('p99_ms'):.2f} | {max(f['rss_mb'] for f in of):.0f} | "
                         f"{sum(f['failed'] for f in of)} |")
    lines += ["", "| row | ratio of CPU a request, round for round | median (least..greatest) |", "| --- | --- | ---: |"]
    for name, ratios in ratios_of(part, found).items():
        lines += [f"| {name} | {what} | {text} |" for what, text in ratios.items()]
    return "\n".join(lines)


def starts(loads):
    """How long each took to its first answer."""
    lines = ["### Start", "", "Seconds from the start of the process to its first answer; Portcullis with nothing kept from before, "
             "the same until all signatures are compiled, and started again.", "",
             "| process | first start s | all compiled s | started again s |", "| --- | ---: | ---: | ---: |"]
    for name, load in loads.items():
        first = load.get("cold_s", load["ready_s"])
        again = load["ready_s"] if "cold_s" in load else "-"
        level = " at level 4" if "level 4" in name else ""
        lines.append(f"| {TITLES.get(name, name)}{level} | {first} | {load.get('compiled_s', '-')} | {again} |")
    return "\n".join(lines)
