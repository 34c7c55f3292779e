"""The version of the distribution. Owns the one place that asks for it."""

from importlib.metadata import PackageNotFoundError, version

UNKNOWN = "0+unknown"


def tocsin_version() -> str:
    """Give the version of the installed distribution, or `0+unknown` from a bare source tree."""
    try:
        return version("tocsin")
    except PackageNotFoundError:
        return UNKNOWN
