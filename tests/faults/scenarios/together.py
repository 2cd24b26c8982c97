"""All kinds of trouble in one minute: what the ordinary tests can afford of everything."""

from __future__ import annotations

from functools import partial

from tests.faults.play import LONE, Run, scenario
from tests.faults.scenarios.broker import restart_valkey
from tests.faults.scenarios.crashes import lives, meanwhile
from tests.faults.scenarios.upstream import BEFORE_OR_AFTER, pending


@scenario("everything at once", crew=LONE, unique="off", short=True)
def everything(run: Run) -> None:
    """Workers die, Valkey and PostgreSQL hang up, the web is killed, and Cal.com fails every third write."""
    run.site.sandbox.latency(writes="lognormal:0.1:0.8")
    crowd = lives(run, run.caller(settle=4.0), run.scale.requests, threads=12)
    meanwhile(run, crowd, run.scale.kills, partial(_strike, run), pause=(0.1, 0.5))


def _strike(run: Run) -> bool:
    dice, site = run.site.dice, run.site
    if pending(run) < 2:
        healthy = {"fault": "slow", "value": "0", "match": {"method": "POST"}, "times": 2}
        site.sandbox.faults([{**dice.choice(BEFORE_OR_AFTER), "match": {"method": "POST"}, "times": 1}, healthy])
    what = dice.choices(("worker", "valkey", "database", "web"), weights=(12, 2, 2, 1))[0]
    if what == "valkey":
        return restart_valkey(run)
    if what == "database" and site.server is not None:
        return site.cut_database() > 0
    if what == "web":
        site.crew.kill("web")
        site.crew.start("web")
        return True
    return site.crew.shoot(dice)
