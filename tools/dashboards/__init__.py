"""The dashboards as code: what is asked and what is said of it; the rest is the same everywhere.

`panels` has the kinds of panels, `frame` what surrounds them, `writing` the JSON. Each dashboard is
a module of its own. Nothing here is needed at run time.
"""

from tools.dashboards import feeds, leaders, overview, pipeline, replays

DASHBOARDS = (
    overview.DASHBOARD,
    leaders.DASHBOARD,
    pipeline.DASHBOARD,
    replays.DASHBOARD,
    feeds.DASHBOARD,
)
