"""The rules that say when an alert rings: their values, their file, and the built-in ones.

Owns the numbers and the conditions; must not know how they are applied (`processors.watch` does).
"""

from processors.rules.condition.evaluation import Condition, compile_condition
from processors.rules.condition.facts import Facts, StoryFacts, facts_of
from processors.rules.file.examples import Example, ExampleArticle, ExpectedAlert
from processors.rules.file.reading import RulesFile, load_rules, load_rules_file, read_rules
from processors.rules.kinds import (
    KINDS,
    BreakingParameters,
    EncounterParameters,
    Guards,
    RuleKind,
    SentimentParameters,
    ShiftParameters,
    StoryParameters,
    SurgeParameters,
)
from processors.rules.values import (
    BreakingRule,
    EncounterRule,
    Rule,
    Rules,
    Scope,
    SentimentRule,
    SeverityStep,
    ShiftRule,
    SurgeRule,
)

__all__ = [
    "KINDS",
    "BreakingParameters",
    "BreakingRule",
    "Condition",
    "EncounterParameters",
    "EncounterRule",
    "Example",
    "ExampleArticle",
    "ExpectedAlert",
    "Facts",
    "Guards",
    "Rule",
    "RuleKind",
    "Rules",
    "RulesFile",
    "Scope",
    "SentimentParameters",
    "SentimentRule",
    "SeverityStep",
    "ShiftParameters",
    "ShiftRule",
    "StoryFacts",
    "StoryParameters",
    "SurgeParameters",
    "SurgeRule",
    "compile_condition",
    "facts_of",
    "load_rules",
    "load_rules_file",
    "read_rules",
]
