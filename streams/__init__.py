"""The half of Tocsin that touches the world: Faust app and agents, topics, settings, metrics, CLI.

Data flows one way: `cli → app → agents → topics, envelope, metrics, dead letters → processors`.
import-linter keeps the arrows.
"""
