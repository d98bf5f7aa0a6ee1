"""However the connection breaks, one bot with one engine comes back, and no reminder is lost, late or doubled."""

from tests.faults.gateway import BREAKS, run


def test_every_way_of_losing_the_gateway_is_survived() -> None:
    report = run(1, 2026)
    assert report.broken == ()
    assert report.tried == len(BREAKS)
    assert report.figures["pings during an outage"] > 10
    assert report.figures["sessions resumed"] >= sum(one.resumes for one in BREAKS)
