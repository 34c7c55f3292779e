"""Measure who is found in plain headlines, by kind of frame.

python -m benchmarks.quality.headlines.measure [--split dev] [--count 4] [--show]
"""

import argparse
import random
from collections import Counter, defaultdict

from benchmarks.quality.headlines.frames import (
    DATES,
    MIN_POPULATION_MILLIONS,
    PROMINENT,
    fill,
    leading_holders,
    load_frames,
)
from processors.leaders import Detector, load_registry

PLACED = ("country",)


def main() -> int:
    """Print recall on leaders and errors on namesakes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--split", default="dev")
    parser.add_argument("--count", type=int, default=4, help="leaders a frame and date")
    parser.add_argument("--show", type=int, default=0, help="errors to print of each table")
    options = parser.parse_args()
    registry = load_registry()
    detector = Detector(registry)
    frames = load_frames(*options.split.split(","))
    tables = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    errors: dict[str, list[str]] = defaultdict(list)
    who: dict[str, Counter[str]] = defaultdict(Counter)
    for on in DATES:
        holders = leading_holders(registry, on)
        prominent = holders[:PROMINENT]
        large = [h for h in holders if h.population_millions >= MIN_POPULATION_MILLIONS]
        leaders = [f for f in frames if f.about_leader]
        sets = {
            "leaders, 60 prominent": fill(leaders, prominent, on, options.count, "p"),
            "leaders, large states, country near": fill(
                [
                    f
                    for f in leaders
                    if "{C}" in f.headline or "{A}" in f.headline or "{PC}" in f.headline
                ],
                large,
                on,
                options.count * 3,
                "l",
            ),
            "namesakes of the prominent": fill(
                [f for f in frames if not f.about_leader], prominent, on, options.count, "n"
            ),
            "namesakes of all": fill(
                [f for f in frames if not f.about_leader], holders, on, options.count, "a"
            ),
        }
        for name, filled in sets.items():
            for each in filled:
                found = {one.leader_id for one in detector.detect(each.headline, "", on)}
                if each.frame.about_leader:
                    for person in each.expected:
                        tables[name][each.frame.topic][0] += person in found
                        tables[name][each.frame.topic][1] += 1
                    wrong = not each.expected <= found
                else:
                    wrong = each.holder.person_id in found
                    tables[name][each.frame.topic][0] += wrong
                    tables[name][each.frame.topic][1] += 1
                if wrong:
                    errors[name].append(f"{on.year} {each.headline}")
                    who[name][each.holder.surname] += 1
    for name, topics in tables.items():
        hits = sum(a for a, _ in topics.values())
        total = sum(b for _, b in topics.values())
        print(f"{name}: {hits} of {total} found ({hits / total:.3f})")
        print("   " + ", ".join(f"{t} {a}/{b} {a / b:.2f}" for t, (a, b) in sorted(topics.items())))
        if options.show:
            print("   ", who[name].most_common(25))
            random.Random(1).shuffle(errors[name])  # noqa: S311 - a sample
            for error in errors[name][: options.show]:
                print("     ", error)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
