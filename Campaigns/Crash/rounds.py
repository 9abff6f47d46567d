"""One round: a ledger, an agent that is killed or loses its power once or more, and what must hold after each time."""
import os
import shutil
import time

from agent import Agent, Campaign
from ledger import Ledger, check_acknowledged, check_prefix, check_whole
from publisher import Publisher, end_session, make_session
from recorder import Recorder

DRAIN_SECONDS = 180
LIFE_SECONDS = 180


class Outcome:
    def __init__(self):
        self.messages = self.lost = self.double = self.evicted = self.redelivered = 0
        self.acknowledged_at_cuts = 0
        self.cuts = []  # reports of the power-loss object
        self.problems = []
        self.commits = 0


class Round:
    """`plan`: settings of the agent, of the ledger, how it is published, and a list of ends of lives: see plans.py."""

    def __init__(self, place, plan):
        self.place, self.plan = place, plan
        self.folder = os.path.join(place.folder, f"round-{plan['label']}-{place.seed}")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.outcome = Outcome()

    def run(self):
        plan, outcome = self.plan, self.outcome
        settings = {**plan["settings"], "id": f"crash-{self.place.run}-{plan['label']}"}
        self.ledger = Ledger(plan["random"], settings["id"], **plan["ledger"])
        self.recorder = Recorder(self.place.broker_port)
        self.agent = Agent(self.place.programs, self.place.shim, self.folder, self.recorder.port, settings)
        self.life = self.publisher = self.first_acknowledged_s = None
        try:
            make_session(self.place.broker_port, self.agent.client_id, self.agent.filters, 5 if settings["version"] == "5" else 4)
            self.publisher = Publisher(self.place.broker_port, f"devices-{settings['id']}", self.groups())
            for end in plan["ends"]:
                if not self.live_and_die(end):
                    break
            else:
                if plan.get("is_control"):
                    self.publisher.stop()
                else:
                    self.live_and_drain()
        finally:
            self.clean_up()
        if not outcome.problems:
            shutil.rmtree(self.folder, ignore_errors=True)
        return outcome

    def clean_up(self):
        if self.life and not self.life.is_over:
            self.life.process.kill()
            self.life.wait()
        if self.publisher:
            self.publisher.close()
        self.recorder.close()
        end_session(self.place.broker_port, self.agent.client_id)

    def groups(self):
        """How the ledger is published: a burst, and the rest in small groups with pauses, or after acknowledgements."""
        entries, burst, size = self.ledger.entries, self.plan["burst"], self.plan["group"]
        groups = [(None, entries[:burst])]
        for at in range(burst, len(entries), size):
            before = self.plan["pause"]
            if before == "acknowledged":
                n = entries[at - 1].n
                before = lambda n=n: self.recorder.wait_acknowledged(n, LIFE_SECONDS)
            groups.append((before, entries[at:at + size]))
        return groups

    # Lives

    def live_and_die(self, end):
        """One life up to its sudden end, and the checks of what it left. Whether to go on."""
        self.life = self.agent.start(end["power"])
        started = time.monotonic()
        idle_since, has_stopped = None, False
        while not self.life.is_over:
            age = time.monotonic() - started
            if idle_since is None and self.publisher.done.is_set() and self.recorder.is_drained(self.ledger.last):
                idle_since = age
            is_idle = idle_since is not None and age >= idle_since + end["linger_s"]
            if end.get("then_stop") and is_idle and not has_stopped:
                if self.plan.get("counts_commits"):
                    self.outcome.commits = self.check_account(self.agent.status())["journal"]["commits_total"]
                self.life.process.terminate()
                has_stopped = True
            elif self.age_for_cut(age) > end["after_s"] or (is_idle and not end.get("then_stop")):
                self.life.cut()
                break
            elif age > LIFE_SECONDS:
                raise Campaign("a life without an end")
            time.sleep(0.001)
        code = self.life.wait()
        if code == 0 and has_stopped:
            # The point was not reached: the life had fewer syncs than the one that was counted.
            self.outcome.cuts.append(self.life.report())
        elif code != -9:
            self.outcome.problems.append(f"life {self.agent.lives} ended with {code} instead of by the cut; see agent.log")
            return False
        elif end["power"] is not None:
            self.outcome.cuts.append(self.life.report())
        else:
            self.outcome.cuts.append({"cut": "SIGKILL", "mode": "kill", "rewritten": 0})
        if not self.recorder.wait_quiet():
            raise Campaign("the agent's connection did not end")
        return self.check_after_cut(end)

    def age_for_cut(self, age):
        """The control's time runs from its first acknowledgement: a cut before the agent has opened its journal shows nothing."""
        if not self.plan.get("is_control"):
            return age
        if self.first_acknowledged_s is None and self.recorder.acknowledged:
            self.first_acknowledged_s = age
        return 0 if self.first_acknowledged_s is None else age - self.first_acknowledged_s

    def check_after_cut(self, end):
        """What was acknowledged is there, before anything can come again."""
        acknowledged = set(self.recorder.acknowledged)
        self.outcome.acknowledged_at_cuts += len(acknowledged)
        contents = self.agent.copied_contents()
        gone = check_acknowledged(self.ledger, contents, acknowledged)
        if self.plan.get("is_control"):
            self.outcome.lost += len(gone)
            return True
        problems = contents.problems + list(check_prefix(self.ledger, contents)) + self.agent.check_integrity(self.agent.copy)
        if acknowledged:
            problems += contents.unreadable
        if gone:
            self.outcome.lost += len(gone)
            problems.append(f"{len(gone)} of {len(acknowledged)} acknowledged messages are gone: {gone[:10]}")
        self.outcome.problems += [f"after cut {self.agent.lives} ({self.outcome.cuts[-1]}): {each}" for each in problems]
        return not problems

    def live_and_drain(self):
        """The last life is left alone: it takes what waits at the broker, and then everything is there, once."""
        problems = self.outcome.problems
        had_acknowledged = bool(self.recorder.acknowledged)
        before = self.agent.set_aside()
        self.life = self.agent.start()
        if not self.publisher.done.wait(DRAIN_SECONDS):
            raise Campaign(f"the broker accepted {self.publisher.accepted} of {self.publisher.sent}: {self.publisher.error}")
        if not self.recorder.wait_drained(self.ledger.last, DRAIN_SECONDS):
            state = "over" if self.life.is_over else "running"
            problems.append(f"the broker's queue is not drained after {DRAIN_SECONDS} s; the agent is {state}")
            return
        self.check_account(self.agent.status())
        if (code := self.agent.stop(self.life)) != 0:
            problems.append(f"the last stop ended with {code}")
        contents = self.agent.contents()
        verdict = check_whole(self.ledger, contents)
        problems += contents.problems + contents.unreadable + verdict.problems + self.agent.check_integrity(self.agent.data)
        if had_acknowledged and (aside := set(self.agent.set_aside()) - set(before)):
            problems.append(f"a journal with acknowledged messages was set aside: {sorted(aside)}")
        self.outcome.messages = len(self.ledger.entries)
        self.outcome.evicted = sum(contents.evicted.values())
        self.outcome.redelivered = self.recorder.repeated
        self.outcome.lost += verdict.lost
        self.outcome.double += verdict.double

    def check_account(self, status):
        """received = stored + quarantined + dropped, and in the end they are what was published. The last status."""
        problems = self.outcome.problems
        deadline = time.monotonic() + 120
        while True:
            feeds = status["feeds"] if status else []
            for feed in feeds:
                parts = feed["stored_total"] + feed["quarantined_total"] + sum(feed["dropped_total"].values())
                if feed["received_total"] != parts:
                    problems.append(f"feed {feed['name']}: received {feed['received_total']}, accounted for {parts}")
            kept = sum(feed["stored_total"] + feed["quarantined_total"] for feed in feeds)
            if kept == len(self.ledger.entries) or problems:
                return status
            if time.monotonic() > deadline:
                problems.append(f"the status counts {kept} messages as kept, published were {len(self.ledger.entries)}")
                return status
            # The status is renewed four times a second.
            time.sleep(0.03)
            status = self.agent.status()
