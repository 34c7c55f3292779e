"""What a canary's port answers."""

from streams.canary.health import CanaryHealth


def test_it_lives_while_its_loop_turns_and_is_ready_while_a_broker_is_there() -> None:
    now = [0.0]
    health = CanaryHealth(lambda: now[0], live_timeout_seconds=60)
    assert health.live().ok
    assert not health.ready().ok
    assert health.ready().reason == "no broker answers"
    health.is_connected = True
    assert health.ready().ok
    now[0] = 61
    assert not health.live().ok
    assert health.live().reason == "the loop has not turned for 61 s"
    health.ticked()
    assert health.live().ok
