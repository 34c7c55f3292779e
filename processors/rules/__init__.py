"""Rules decide when an alert is sent: their values, their conditions and their files.

The kinds of rules come from above, as an argument: `processors.watch.loading` reads files of rules
with the kinds that watch knows.
"""

from processors.rules.condition.evaluation import Condition, compile_condition
from processors.rules.condition.facts import Fact, Facts, StoryFacts, facts_of
from processors.rules.file.examples import Example, ExampleArticle, ExpectedAlert
from processors.rules.file.reading import RulesFile, RulesReader
from processors.rules.guards import Guards, StoryParameters
from processors.rules.kind import Limit, NoParameters, RuleKind
from processors.rules.values import Rule, Rules, Scope, SeverityStep

__all__ = [
    "Condition",
    "Example",
    "ExampleArticle",
    "ExpectedAlert",
    "Fact",
    "Facts",
    "Guards",
    "Limit",
    "NoParameters",
    "Rule",
    "RuleKind",
    "Rules",
    "RulesFile",
    "RulesReader",
    "Scope",
    "SeverityStep",
    "StoryFacts",
    "StoryParameters",
    "compile_condition",
    "facts_of",
]
