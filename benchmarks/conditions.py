"""Measure conditions: ours, and each CEL or rule library that is installed beside it.

    .venv/bin/python benchmarks/conditions.py

Install cel-expr-python, common-expression-language, cel-python and rule-engine in an environment of
their own, beside msgspec, to measure them too. Times are of the processor, medians of nine runs.
"""

import argparse
import statistics
import time
import timeit
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

from processors.rules import compile_condition, facts_of
from processors.rules.condition.facts import describe_facts
from tools.contracts import examples

CONDITIONS = {
    "one comparison": "relevance >= 40",
    "five": 'label in ["negative", "positive"] && polarity <= 0.9 && scored_words >= 3'
    " && coverage >= 0.02 && relevance >= 40",
}
RUNS = 9
MOST_SECONDS = 0.2


def main() -> None:
    """Print a line for each library and condition."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--seconds", type=float, default=MOST_SECONDS, help="of one run, at most")
    asked = parser.parse_args()

    def microseconds(test: Callable[[], Any]) -> float:
        return measured(test, asked.runs, asked.seconds)

    mention = examples.mention()
    facts = facts_of(mention)
    values = {
        fact.name: list(found) if isinstance(found := fact.read(facts), tuple) else found
        for fact in describe_facts().values()
    }
    print(f"{'facts_of':<28} {'':<15} {microseconds(lambda: facts_of(mention)):8.2f} µs")
    for name, source in CONDITIONS.items():
        condition = compile_condition(source)
        tests = [("processors.rules", lambda c=condition: c.holds(facts)), *others(source, values)]
        for library, test in tests:
            if not test():
                raise SystemExit(f"{library} says that {source} does not hold")
            print(f"{library:<28} {name:<15} {microseconds(test):8.2f} µs")


def others(source: str, values: dict[str, Any]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Return a test for each library that is there."""
    if find_spec("cel_expr_python"):
        from cel_expr_python import cel as google  # noqa: PLC0415 - if it is there

        kinds = {str: "STRING", int: "INT", float: "DOUBLE", bool: "BOOL", list: "LIST"}
        variables = {k: getattr(google.Type, kinds[type(v)]) for k, v in values.items()}
        expression = google.NewEnv(variables=variables).compile(source)
        yield "cel-expr-python", lambda: expression.eval(data=values).value()
    if find_spec("cel"):
        import cel as rust  # noqa: PLC0415 - if it is there

        program = rust.compile(source)
        yield "common-expression-language", lambda: program.execute(values)
    if find_spec("rule_engine"):
        import rule_engine  # noqa: PLC0415 - if it is there

        rule = rule_engine.Rule(source.replace("&&", "and"))
        yield "rule-engine", lambda: rule.matches(values)
    if find_spec("celpy"):
        import celpy  # noqa: PLC0415 - if it is there

        environment = celpy.Environment()
        runner = environment.program(environment.compile(source))
        activation: Any = celpy.json_to_cel(values)
        yield "cel-python", lambda: runner.evaluate(activation)


def measured(test: Callable[[], Any], runs: int, seconds: float) -> float:
    """Return the median processor time of one call, in microseconds."""
    once = timeit.timeit(test, timer=time.process_time, number=20) / 20
    number = max(20, int(seconds / max(once, 1e-7)))
    times = timeit.repeat(test, timer=time.process_time, number=number, repeat=runs)
    return statistics.median(times) / number * 1e6


if __name__ == "__main__":
    main()
