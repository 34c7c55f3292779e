"""What a kind of alert measures on one mention, and what it decides."""

from dataclasses import dataclass
from typing import TypeAlias

from processors.contracts import Window
from processors.watch.state import SentAlert


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement. A kind that needs more than the value extends it.

    Attributes:
        value: In the kind's own measure, which the limits of severity steps are in.
    """

    value: float


@dataclass(frozen=True, slots=True)
class Suppress:
    """Send no alert, and count it under this reason, which is a metric label."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fire:
    """Send an alert.

    Attributes:
        key: The rule and the matter: updates and cancellations find the alert under it.
        window: Of the alert.
        rests_on_article: Whether the alert is cancelled when its article is withdrawn or corrected.
        is_ongoing: Whether the alert is kept apart from the newest ones, for as long as the matter
            goes on.
    """

    key: str
    window: Window
    rests_on_article: bool = False
    is_ongoing: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """Send an update of an alert that was sent.

    Attributes:
        sent: The alert.
        window: Of the update.
    """

    sent: SentAlert
    window: Window


Decision: TypeAlias = Suppress | Fire | Update
