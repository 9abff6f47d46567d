"""What the rounds do: each plan follows from the seed and the round's label alone."""
import random

CHOICES = ("forget", "keep", "prefix", "torn")
SMALL, LARGE = "1MiB", "64MiB"


def systematic(seed, label, at, choice, messages=200):
    """The fixed scenario: an empty folder, messages in groups of ten, a cap at which the log is checkpointed in between, a
    stop. `at`: where the cut comes, or `never` to count the syncs. `choice`: of a power cut, or `kill`."""
    return {
        "label": label,
        "random": random.Random(f"{seed}"),
        "settings": {"max_size": SMALL, "commit_max_messages": 1000, "receive_maximum": 1000, "version": "5"},
        "ledger": {"count": messages, "pad": 500},
        "burst": 10, "group": 10, "pause": "acknowledged",
        "ends": [{
            "power": {"AT": at, "SEED": seed, **({"MODE": "kill"} if choice == "kill" else {"CHOICE": choice})},
            "after_s": 60, "then_stop": True, "linger_s": 0,
        }],
    }


def randomised(seed, number):
    """A round whose everything is by chance: see the choices below."""
    chance = random.Random(f"{seed}-{number}")
    small = chance.random() < 0.6
    # A few long ones, so that packing has something to pack.
    count = chance.randint(3000, 6000) if chance.random() < 0.05 else chance.randint(250, 1200)
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
        return {"power": None, "after_s": chance.uniform(0.01, 0.3), "linger_s": 0}
    power = {"MODE": mode, "CHOICE": chance.choice(CHOICES), "SEED": chance.getrandbits(48),
             "SYNC_US": chance.choice((0, 0, 300, 1000, 4000))}
    if moment == "sync":
        # Half of them early: while a start recovers what the cut before has left.
        power["AT"] = f"sync:{chance.randint(1, chance.choice((12, 80)))}:{chance.choice(('before', 'after'))}"
    elif moment == "write":
        power["AT"] = f"write:{chance.randint(1, chance.choice((40, 600)))}"
    # Some lives go on for a moment with nothing to do: what an agent does when idle can be cut, too.
    return {"power": power, "after_s": chance.uniform(0.01, 0.3) if moment == "random" else 1.0,
            "linger_s": chance.choice((0, 0, 0.15))}


def control(seed, number):
    """The same, with NORMAL instead of FULL, and the power gone while messages arrive: this must lose some."""
    chance = random.Random(f"{seed}-control-{number}")
    plan = randomised(seed, f"control-{number}")
    plan.update(
        label=f"control-{number}", is_control=True, burst=20, group=10, pause=0.001,
        ends=[{"power": {"MODE": "power", "CHOICE": "forget", "SEED": 1, "NORMAL": 1}, "after_s": chance.uniform(0.1, 0.3), "linger_s": 0}])
    return plan
