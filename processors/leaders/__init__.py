"""Leaders: the registry of who held what and when, and the detector that finds them in articles.

Owns the first steps of detection: full names and aliases, title + surname, and later surnames.
Must not know sentiment, stories or alerts.
"""

from processors.leaders.detector import DetectedLeader, Detector
from processors.leaders.registry.registry import Registry, load_registry

__all__ = ["DetectedLeader", "Detector", "Registry", "load_registry"]
