"""Loads files of rules of the kinds in the registry."""

from processors.rules import RulesReader
from processors.watch.kinds.registry import KINDS

READER = RulesReader(tuple(kind.rule for kind in KINDS.values()))
load_rules = READER.load
load_rules_file = READER.load_file
read_rules = READER.read
