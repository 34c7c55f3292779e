"""Finds the version of the installed distribution."""

from importlib.metadata import PackageNotFoundError, version

UNKNOWN = "0+unknown"


def tocsin_version() -> str:
    """Return the version of the installed distribution, or `0+unknown` from a bare source tree."""
    try:
        return version("tocsin")
    except PackageNotFoundError:
        return UNKNOWN
