"""Every error that the half with the inputs and outputs raises, beside those of `processors`.

    TocsinError                      (processors.errors)
    ├── BadInputError                (processors.errors) the record is at fault
    │   └── UndeliverableError       an alert that its receiver does not get; why, and what it said
    ├── MisconfigurationError        (processors.errors) the operator is at fault: exit code 2
    │   ├── BadSettingsError         every problem of the settings at once
    │   ├── TopicMismatchError       a topic is missing, or not as the plan says
    │   ├── RecordsRefusedError      the broker will never take a record as it is
    │   ├── UnreadableLogError       a damaged batch of a partition can be neither read nor skipped
    │   ├── MissingRightsError       the broker's user lacks rights; names each and how to grant it
    │   ├── DuplicateMemberError     two workers use one static name in the consumer group
    │   ├── ReplayRangeError         the range of a replay is empty, gone, or not to be understood
    │   └── ReplayStateError         there is no such replay, or it is not one that can do this
    ├── ReplayIncompleteError        a replay ended without an outcome for each record: exit code 4
    └── PassingFaultError            the world is at fault, and may be well again: exit code 3
        ├── BrokerUnavailableError   the broker did not answer in time
        ├── ReplayBusyError          workers of a replay still run
        ├── AnalysisProcessError     a process that analyses was killed
        ├── CanaryMissedError        no alert came back for a canary's article
        ├── DeadLetterLimitError     too much bad input at once: a bad deploy, not bad data
        └── ReceiverRefusesError     the receiver of alerts refuses one after the other

What is none of these is a bug: the worker ends with exit code 1 and a traceback in the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from processors.errors import BadInputError, MisconfigurationError, TocsinError

EXIT_OK = 0
EXIT_BUG = 1
EXIT_MISCONFIGURED = 2
EXIT_PASSING_FAULT = 3
EXIT_INCOMPLETE = 4
EXIT_INTERRUPTED = 130


class BadSettingsError(MisconfigurationError):
    """One or more settings are wrong; the message lists every one.

    Args:
        problems: One sentence each: what is wrong, and what to set instead.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(["The settings are wrong:", *(f"  - {p}" for p in problems)]))
        self.problems = tuple(problems)


class TopicMismatchError(MisconfigurationError):
    """A topic is missing, or has other partitions than the plan says."""


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """One record that the broker refuses for good.

    Attributes:
        index: Its index among the records of the call.
        topic: Where it was to go.
        value_bytes: The size of its value.
        error: The broker's answer.
    """

    index: int
    topic: str
    value_bytes: int
    error: BaseException

    @property
    def reason(self) -> str:
        """The broker's reason as text."""
        return f"{type(self.error).__name__} ({self.error})"


class RecordsRefusedError(MisconfigurationError):
    """The broker refuses some records for good, and has the others of the call.

    Args:
        refused: All of them.
    """

    def __init__(self, refused: Sequence[RefusedRecord]) -> None:
        first = refused[0]
        super().__init__(
            f"the broker refuses {len(refused)} record(s) for good; the first is of "
            f"{first.value_bytes} bytes for {first.topic}: {first.reason}. Compare that topic's "
            f"configuration with the plan (`tocsin topics plan`): max.message.bytes, "
            f"message.timestamp.*, cleanup.policy"
        )
        self.refused = tuple(refused)


class UnreadableLogError(MisconfigurationError):
    """A batch in a partition's log is damaged so that even its end is not known.

    Args:
        where: Topic and partition.
        offset: Where the batch begins.
        why: What is wrong with it.
    """

    def __init__(self, where: str, offset: int, why: str) -> None:
        super().__init__(
            f"{where} cannot be read at offset {offset}: {why}. If another replica is intact, make "
            f"it the leader. Otherwise set the group's offset behind the damage with "
            f"kafka-consumer-groups, or delete the records before it with kafka-delete-records; "
            f"what is skipped is lost"
        )
        self.where = where
        self.offset = offset


class MissingRightsError(MisconfigurationError):
    """The broker's user lacks rights; the message names each, and how to grant it."""


class DuplicateMemberError(MisconfigurationError):
    """Another worker uses the same static name in the consumer group."""


class ReplayRangeError(MisconfigurationError):
    """A range that cannot be replayed; the message says what can."""


class ReplayStateError(MisconfigurationError):
    """A replay that is not there, is there already, or was made by another system."""


class ReplayIncompleteError(TocsinError):
    """A replay ended, and its outputs do not account for every record of its range."""


class PassingFaultError(TocsinError):
    """Another try later may succeed; nothing was lost."""


class BrokerUnavailableError(PassingFaultError):
    """The broker did not answer in the time given."""


class ReplayBusyError(PassingFaultError):
    """Workers of the replay still run; when they have ended, another try succeeds."""


class AnalysisProcessError(PassingFaultError):
    """A process that analyses ended by itself; the articles with it are read again."""


class CanaryMissedError(PassingFaultError):
    """The alert of a canary's article did not come in time."""


class DeadLetterLimitError(PassingFaultError):
    """The share of dead letters passed its limit; the worker stopped before making more."""


class ReceiverRefusesError(PassingFaultError):
    """The receiver refused several alerts in a row; forwarding stopped before losing more."""


class UndeliveredReason(StrEnum):
    """Why an alert was not forwarded: these, beside `DeadLetterReason`, are in the dead letters."""

    NOT_AN_ALERT = "not_an_alert"
    DELIVERY_REFUSED = "delivery_refused"
    DELIVERY_GIVEN_UP = "delivery_given_up"


class UndeliverableError(BadInputError):
    """An alert that is not delivered, and why.

    Args:
        reason: One of the closed set; a metric label.
        message: What was wrong, for a person.
    """

    def __init__(self, reason: UndeliveredReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def exit_code(error: BaseException) -> int:
    """Give the process's exit code for an error that nothing caught."""
    if isinstance(error, MisconfigurationError):
        return EXIT_MISCONFIGURED
    if isinstance(error, PassingFaultError):
        return EXIT_PASSING_FAULT
    if isinstance(error, ReplayIncompleteError):
        return EXIT_INCOMPLETE
    if isinstance(error, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    return EXIT_BUG
