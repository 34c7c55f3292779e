"""Defines all errors of input and output, beside those of `processors`.

    TocsinError                      (processors.errors)
    ├── BadInputError                (processors.errors) the record is at fault
    │   └── UndeliverableError       an alert cannot be delivered, with the receiver's reason
    ├── MisconfigurationError        (processors.errors) fix it before you start again: exit code 2
    │   ├── BadSettingsError         every problem of the settings at once
    │   ├── TopicMismatchError       a topic is missing, or differs from the plan
    │   ├── RecordsRefusedError      the broker will never accept a record as it is
    │   ├── UnreadableLogError       a damaged batch of a partition can be neither read nor skipped
    │   ├── MissingRightsError       the broker's user lacks rights, each named with its grant
    │   ├── DuplicateMemberError     two workers use one static name in the consumer group
    │   ├── ReplayRangeError         the range of a replay is empty, deleted or invalid
    │   └── ReplayStateError         there is no such replay, or its state does not allow this
    ├── ReplayIncompleteError        a replay ended without an outcome for each record: exit code 4
    └── PassingFaultError            a transient fault, so retry later: exit code 3
        ├── BrokerUnavailableError   the broker did not answer in time
        ├── ReplayBusyError          workers of a replay still run
        ├── AnalysisProcessError     a process that analyses was killed
        ├── CanaryMissedError        no alert came back for a canary's article
        ├── DeadLetterLimitError     too many dead letters at once: a bad deploy, not bad data
        └── ReceiverRefusesError     the receiver of alerts refuses several in a row

Any other error is a bug. The worker then ends with exit code 1 and a traceback in the log.
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
    """One or more settings are wrong. The message lists every one.

    Args:
        problems: One sentence for each: what is wrong, and what to set instead.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(["The settings are wrong:", *(f"  - {p}" for p in problems)]))
        self.problems = tuple(problems)


class TopicMismatchError(MisconfigurationError):
    """A topic is missing, or has other partitions than the plan says."""


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """One record that the broker will never accept.

    Attributes:
        index: Its index among the records of the call.
        topic: The topic that it was sent to.
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
    """The broker will never accept some records of a call, and has the others.

    Args:
        refused: All refused records.
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
    """A batch in a partition's log is so damaged that even its end is unknown.

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
    """The broker's user lacks rights. The message names each, and how to grant it."""


class DuplicateMemberError(MisconfigurationError):
    """Another worker uses the same static name in the consumer group."""


class ReplayRangeError(MisconfigurationError):
    """A range cannot be replayed. The message says which can."""


class ReplayStateError(MisconfigurationError):
    """A replay does not exist, exists already, or was made by another version of the system."""


class ReplayIncompleteError(TocsinError):
    """A replay ended, but its outputs do not account for every record of its range."""


class PassingFaultError(TocsinError):
    """A transient fault. Another attempt later may succeed, and no data was lost."""


class BrokerUnavailableError(PassingFaultError):
    """The broker did not answer in the time given."""


class ReplayBusyError(PassingFaultError):
    """Workers of the replay still run. When they have ended, another attempt succeeds."""


class AnalysisProcessError(PassingFaultError):
    """A process that analyses ended by itself. Its articles are read again."""


class CanaryMissedError(PassingFaultError):
    """The alert of a canary's article did not come in time."""


class DeadLetterLimitError(PassingFaultError):
    """The share of dead letters exceeded its limit. The worker stopped before it wrote more."""


class ReceiverRefusesError(PassingFaultError):
    """The receiver refused several alerts in a row. Forwarding stopped before more were lost."""


class UndeliveredReason(StrEnum):
    """Why an alert was not forwarded. Dead letters hold these reasons and `DeadLetterReason`."""

    NOT_AN_ALERT = "not_an_alert"
    DELIVERY_REFUSED = "delivery_refused"
    DELIVERY_GIVEN_UP = "delivery_given_up"


class UndeliverableError(BadInputError):
    """An alert was not delivered.

    Args:
        reason: One of a closed set. It is a metric label.
        message: What was wrong, for a person.
    """

    def __init__(self, reason: UndeliveredReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def exit_code(error: BaseException) -> int:
    """Return the process's exit code for an uncaught error."""
    if isinstance(error, MisconfigurationError):
        return EXIT_MISCONFIGURED
    if isinstance(error, PassingFaultError):
        return EXIT_PASSING_FAULT
    if isinstance(error, ReplayIncompleteError):
        return EXIT_INCOMPLETE
    if isinstance(error, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    return EXIT_BUG
