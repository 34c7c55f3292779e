"""`tocsin rules test`: run the examples of a file of rules."""

from streams.cli.options import JsonOption
from streams.cli.rules.arguments import ExplainSuppressedOption, FileArgument


def run_examples(
    file: FileArgument = None,
    *,
    explain_suppressed: ExplainSuppressedOption = False,
    json: JsonOption = False,
) -> None:
    """Run the examples in a file of rules: articles, and the alerts expected.

    The articles go through the real analysis and rules, in this process. No broker is needed.

    \b
    Examples:
      tocsin rules test
      tocsin rules test my-rules.toml
      tocsin rules test --explain-suppressed my-rules.toml
      tocsin rules test --json my-rules.toml | jq -r 'select(.passed | not) | .example'

    \b
    Exit codes: 0 if every example passes, 2 if one does not; others as in `tocsin --help`.
    """
    from streams.cli.rules.examples_run import run  # noqa: PLC0415 - see `lazy_group`

    run(file, explain_suppressed=explain_suppressed, json=json)
