"""The conditions of rules: syntax, evaluation and the facts that they use."""
