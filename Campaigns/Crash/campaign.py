"""The crash campaign: see docs/reliability.md, section "Power loss", and scripts/crash for its use."""
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import plans
from agent import Campaign
from rounds import Outcome, Round
from self_check import SelfCheck

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRESS_ROUNDS = 25
# The points of the fixed scenario come first, and take at most this much of the rounds.
SYSTEMATIC_SHARE = 0.7
BROKER = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_inflight_messages 1000
max_queued_messages 1000000
set_tcp_nodelay true
"""


def lowest_port_of_connections():
    """The kernel gives ports from there on to connections: one of them could take a broker's port before it listens."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        lowest = int(file.read().split()[0])
    return lowest if lowest > 12_000 else 60_000


class Place:
    """What all rounds share: folders, programs, the power-loss object, one broker that is never killed."""

    def __init__(self, folder, programs, seed):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.programs, self.seed = os.path.realpath(folder), os.path.realpath(programs), seed
        # Session names of two campaigns on one machine never meet: each has a broker of its own. The run is for the logs.
        self.run = seed
        self.shim = self._compile()
        self.broker, self.broker_port = self._start_broker()

    def _compile(self):
        sources = [os.path.join(HERE, name) for name in sorted(os.listdir(HERE)) if name.endswith(".c")]
        handle, made = tempfile.mkstemp(suffix=".so", dir=self.folder)
        os.close(handle)
        subprocess.run(
            ["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden", "-o", made,
             *sources, "-ldl", "-lpthread"], check=True)
        return made

    def _start_broker(self):
        mosquitto = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if not mosquitto:
            raise Campaign("there is no mosquitto: scripts/setup installs it")
        for _ in range(20):
            port = random.SystemRandom().randrange(10_000, lowest_port_of_connections())
            path = os.path.join(self.folder, f"mosquitto-{port}.conf")
            with open(path, "w") as file:
                file.write(BROKER.format(port=port) + ("user root\n" if os.geteuid() == 0 else ""))
            with open(os.path.join(self.folder, "mosquitto.log"), "ab") as log:
                broker = subprocess.Popen([mosquitto, "-c", path], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
            deadline = time.monotonic() + 120
            while broker.poll() is None and time.monotonic() < deadline:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    # Or somebody else has the port, and the broker is about to end.
                    time.sleep(0.05)
                    if broker.poll() is not None:
                        break
                    os.remove(path)
                    return broker, port
                except OSError:
                    time.sleep(0.005)
            broker.kill()
            broker.wait()
        raise Campaign("the broker does not start; see mosquitto.log")

    def close(self):
        self.broker.kill()
        self.broker.wait()
        os.remove(self.shim)


class Tally:
    def __init__(self):
        self.lock = threading.Lock()
        self.rounds = self.messages = self.lost = self.double = self.evicted = self.redelivered = self.failed = 0
        self.acknowledged = 0
        self.cuts = Counter()

    def add(self, outcome):
        with self.lock:
            self.rounds += 1
            for name in ("messages", "lost", "double", "evicted", "redelivered"):
                setattr(self, name, getattr(self, name) + getattr(outcome, name))
            self.acknowledged += outcome.acknowledged_at_cuts
            self.failed += bool(outcome.problems)
            for cut in outcome.cuts:
                self.cuts[f"{cut['mode']} {cut['cut']}" if cut["cut"] else "not reached"] += 1


class CrashCampaign:
    total = 0

    def __init__(self, place, rounds, messages, jobs, say):
        self.place, self.rounds, self.messages, self.jobs, self.say = place, rounds, messages, jobs, say
        self.tally, self.control = Tally(), Tally()

    def run_round(self, plan, tally):
        try:
            outcome = Round(self.place, plan).run()
        except Campaign as error:
            outcome = Outcome()
            outcome.problems.append(f"campaign: {error}")
        tally.add(outcome)
        if outcome.problems:
            self.say(f"crash: round {plan['label']} FAILED; again with: make crash ROUNDS=1 ROUND={plan['label']} SEED={self.place.seed}")
            for problem in outcome.problems[:8]:
                self.say(f"crash:   {problem}")
            self.say(f"crash:   kept: {self.place.folder}/round-{plan['label']}-{self.place.seed}")
        elif tally is self.tally and tally.rounds % PROGRESS_ROUNDS == 0:
            self.say(f"crash: {tally.rounds} of {self.total} rounds, {tally.messages} messages, {tally.lost} lost, {tally.double} double")
        return outcome

    def count_syncs(self):
        """The fixed scenario without a cut: how many syncs it has. Each commit must have been seen to sync a file."""
        plan = plans.systematic(self.place.seed, "count", "never", "keep", self.messages)
        outcome = self.run_round({**plan, "counts_commits": True}, Tally())
        if outcome.problems or not outcome.cuts:
            raise Campaign("the scenario without a cut fails")
        seen = outcome.cuts[0]
        if not 0 < outcome.commits <= seen["file_syncs"]:
            raise Campaign(f"{outcome.commits} commits, but {seen['file_syncs']} syncs of files were seen")
        self.say(f"crash: the scenario has {seen['syncs']} syncs ({outcome.commits} commits, {seen['writes']} writes)")
        return seen["syncs"]

    def points(self, count):
        """Every sync of the scenario: the power gone before it (nothing of what it would cover is kept; and torn) and after
        it, and the process killed before it."""
        kinds = (("before", "forget"), ("after", "forget"), ("before", "torn"), ("before", "kill"))
        return [(f"sync-{n}-{side}-{choice}", f"sync:{n}:{side}", choice) for n in range(1, count + 1) for side, choice in kinds]

    def plan_of(self, label):
        """For a round that is run again."""
        if label.startswith("sync-"):
            _, n, side, choice = label.split("-")
            return plans.systematic(self.place.seed, label, f"sync:{n}:{side}", choice, self.messages)
        if label.startswith("control-"):
            return plans.control(self.place.seed, label.split("-")[1])
        return plans.randomised(self.place.seed, label)

    def at_syncs(self, share):
        points = self.points(self.count_syncs())
        wanted = min(len(points), max(1, round(self.rounds * share)))
        if wanted < len(points):
            # Not all of them fit: evenly spread ones, others with another seed.
            offset = random.Random(self.place.seed).random()
            points = [points[int((i + offset) * len(points) / wanted)] for i in range(wanted)]
        return [plans.systematic(self.place.seed, *point, self.messages) for point in points]

    def run(self, only):
        self.say(f"crash: {SelfCheck(self.place).run()} checks of the power-loss object and of the comparison")
        systematic = [] if only == "control" else self.at_syncs(1 if only else SYSTEMATIC_SHARE)
        random_rounds = 0 if only else self.rounds - len(systematic)
        plans_to_run = systematic + [plans.randomised(self.place.seed, str(n)) for n in range(1, random_rounds + 1)]
        controls = [plans.control(self.place.seed, str(n)) for n in range(1, max(2, self.rounds // 25) + 1)]
        if only == "points":
            controls = []
        self.total = len(plans_to_run)
        with ThreadPoolExecutor(self.jobs) as pool:
            try:
                list(pool.map(lambda plan: self.run_round(plan, self.tally), plans_to_run))
                outcomes = list(pool.map(lambda plan: self.run_round(plan, self.control), controls))
            except BaseException:
                # An interruption ends with the rounds that are under way, not with the last one.
                pool.shutdown(cancel_futures=True)
                raise
        if any(not cut["rewritten"] for outcome in outcomes for cut in outcome.cuts):
            raise Campaign("the control found no PRAGMA synchronous to change")
        return self.conclude(len(systematic), bool(controls))

    def conclude(self, at_syncs, has_control):
        tally, control = self.tally, self.control
        kinds = ", ".join(f"{count} × {kind}" for kind, count in tally.cuts.most_common())
        self.say(f"crash: cuts: {kinds}")
        self.say(f"crash: {tally.acknowledged} acknowledged messages looked for right after a cut, {tally.evicted} evicted and named, "
                 f"{tally.redelivered} delivered again")
        power = sum(count for kind, count in tally.cuts.items() if kind.startswith("power"))
        kill = sum(count for kind, count in tally.cuts.items() if kind.startswith("kill"))
        print(
            f"crash: {tally.rounds} rounds ({at_syncs} at every sync, {tally.rounds - at_syncs} random; {power} power cuts, {kill} kills), "
            f"{tally.messages} messages, {tally.lost} lost, {tally.double} double, seed {self.place.seed}; "
            + (f"NORMAL control lost {control.lost} of {control.acknowledged}" if has_control else "no control"), flush=True)
        if has_control and control.lost == 0:
            self.say("crash: the control with synchronous = NORMAL lost nothing: this campaign cannot see a loss")
            return 1
        return 0 if tally.failed == tally.lost == tally.double == control.failed == 0 else 1


def main():
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1, 1_000_000))
    rounds = int(os.environ.get("ROUNDS") or 100)
    messages = int(os.environ.get("MESSAGES") or 200)
    programs = os.environ.get("CROSSDOCK_PROGRAMS") or os.path.join(ROOT, ".build", "release")
    folder = os.environ.get("CROSSDOCK_CRASH_FOLDER") or os.path.join(ROOT, ".build", "crash")
    jobs = int(os.environ.get("JOBS") or min(2, os.cpu_count() or 1))
    if not os.access(os.path.join(programs, "crossdock"), os.X_OK):
        print(f"crash: there is no {programs}/crossdock: make build", file=sys.stderr)
        return 69
    only = os.environ.get("ONLY") or ""
    if only not in ("", "points", "control"):
        print("crash: ONLY is points or control", file=sys.stderr)
        return 64
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    def say(text):
        print(text, file=sys.stderr, flush=True)

    say(f"crash: seed {seed}")
    place = None
    try:
        place = Place(folder, programs, seed)
        campaign = CrashCampaign(place, rounds, messages, jobs, say)
        label = os.environ.get("ROUND")
        if label:
            outcome = campaign.run_round(campaign.plan_of(label), campaign.tally)
            print(f"crash: round {label}: {outcome.messages} messages, {outcome.lost} lost, {outcome.double} double, cuts {outcome.cuts}")
            return 1 if outcome.problems else 0
        return campaign.run(only)
    except Campaign as error:
        say(f"crash: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if place:
            place.close()
