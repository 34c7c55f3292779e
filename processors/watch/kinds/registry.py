"""The kinds of alerts that rules can have. Each kind is one module and one line here.

Every name is also in `AlertKind` of `processors.contracts`. The order is that in which a mention is
evaluated and in which kinds are listed.
"""

from collections.abc import Mapping
from typing import Any

from processors.contracts import AlertKind
from processors.watch.kind import Kind
from processors.watch.kinds import breaking, encounter, sentiment, shift, surge

KINDS: Mapping[AlertKind, Kind[Any, Any]] = {
    kind.name: kind
    for kind in (
        sentiment.KIND,
        encounter.KIND,
        surge.KIND,
        shift.KIND,
        breaking.KIND,
    )
}
