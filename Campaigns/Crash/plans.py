"""What the rounds do: each plan follows from the seed and the round's label alone."""
import random

CHOICES = ("forget", "keep", "prefix", "torn")
SMALL, LARGE = "1MiB", "64MiB"


def systematic(seed, label, at, choice, is_normal=False):
    """The fixed scenario: an empty folder, 200 messages in 20 groups, a cap at which the log is checkpointed in between, a
    stop. `at`: where the cut comes, or `never` to count the syncs."""
    return {
        "label": label,
        "random": random.Random(f"{seed}"),
        "settings": {"max_size": SMALL, "commit_max_messages": 1000, "receive_maximum": 1000, "version": "5"},
        "ledger": {"count": 200, "pad": 500},
        "burst": 10, "group": 10, "pause": "acknowledged",
        "ends": [{
            "power": {"AT": at, "MODE": "power", "CHOICE": choice, "SEED": seed, "NORMAL": int(is_normal)},
            "after_s": 60, "then_stop": True,
        }],
    }


def randomised(seed, number):
    """A round whose everything is by chance: see the choices below."""
    chance = random.Random(f"{seed}-{number}")
    small = chance.random() < 0.6
    count = chance.randint(250, 1200)
    return {
        "label": str(number),
        "random": chance,
        "settings": {
            "max_size": SMALL if small else LARGE,
            "commit_max_messages": chance.choice((20, 1000)),
            "receive_maximum": chance.choice((20, 200, 1000)),
            "version": chance.choice(("5", "3.1.1")),
        },
        # At 1 MiB the larger messages fill the journal, so that eviction runs inside of the round.
        "ledger": {"count": count, "pad": chance.choice((60, 400, 1600))},
        "burst": chance.randint(1, count), "group": chance.randint(1, 40), "pause": chance.choice((0, 0.001, 0.005)),
        "ends": [_end(chance) for _ in range(chance.choice((1, 1, 2, 3)))],
    }


def _end(chance):
    """How a life ends: the power or only the process, at a sync, at a write or at any moment."""
    moment = chance.choice(("sync", "sync", "write", "random", "random"))
    mode = chance.choice(("power", "power", "kill"))
    if moment == "random" and mode == "kill":
        # The plain case, with nothing between the agent and the disk.
        return {"power": None, "after_s": chance.uniform(0.01, 0.3)}
    power = {"MODE": mode, "CHOICE": chance.choice(CHOICES), "SEED": chance.getrandbits(48),
             "SYNC_US": chance.choice((0, 0, 300, 1000, 4000))}
    if moment == "sync":
        power["AT"] = f"sync:{chance.randint(1, 60)}:{chance.choice(('before', 'after'))}"
    elif moment == "write":
        power["AT"] = f"write:{chance.randint(1, 400)}"
    return {"power": power, "after_s": chance.uniform(0.01, 0.3) if moment == "random" else 1.0}


def control(seed, number):
    """The same, with NORMAL instead of FULL, and the power gone while messages arrive: this must lose some."""
    chance = random.Random(f"{seed}-control-{number}")
    plan = randomised(seed, f"control-{number}")
    plan.update(
        label=f"control-{number}", is_control=True, burst=20, group=10, pause=0.001,
        ends=[{"power": {"MODE": "power", "CHOICE": "forget", "SEED": 1, "NORMAL": 1}, "after_s": chance.uniform(0.1, 0.3)}])
    return plan
