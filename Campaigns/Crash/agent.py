"""A real agent in a folder of its own, with or without the power-loss object, and what its journal holds."""
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time

from ledger import QUARANTINE, STREAMS, TOMBSTONES, Contents, read_export

CONFIGURATION = """\
[agent]
id = "{id}"
data_dir = "{data}"
[journal]
max_size = "{max_size}"
commit_max_messages = {commit_max_messages}
[mqtt.floor]
host = "127.0.0.1"
port = {port}
version = "{version}"
receive_maximum = {receive_maximum}
reconnect_min_ms = 10
reconnect_max_ms = 50
[control]
listen = "127.0.0.1:0"
"""
FEED = """\
[[stream]]
name = "{stream}"
class = "{stream_class}"
[[feed]]
name = "{stream}"
connection = "floor"
topic = "{id}/{stream}/{{asset}}"
stream = "{stream}"
decoder = "json"
fields = {{ n = "/n" }}
"""
CLASSES = {"alerts": "alert", "scans": "scan", "telemetry": "telemetry"}


class Campaign(Exception):
    """The campaign itself does not work; that says nothing about the agent."""


class Life:
    """One process, from its start to its end."""

    def __init__(self, process, trigger, report):
        self.process, self.trigger, self.report_path = process, trigger, report

    @property
    def is_over(self):
        return self.process.poll() is not None

    def cut(self):
        """The power goes now, or a SIGKILL comes where nothing is watched."""
        if self.trigger is None:
            self.process.kill()
        else:
            os.write(self.trigger, b"!")

    def wait(self, seconds=120):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Campaign("an agent did not end") from None
        finally:
            if self.trigger is not None:
                os.close(self.trigger)
                self.trigger = None

    def report(self, seconds=120):
        """What the power-loss object did; once it is there, the folder is at rest."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if os.path.exists(self.report_path):
                with open(self.report_path) as file:
                    return json.load(file)
            time.sleep(0.0005)
        raise Campaign(f"no report {self.report_path}; see agent.log")


class Agent:
    def __init__(self, programs, shim, folder, broker_port, settings):
        """`settings`: id, max_size, commit_max_messages, receive_maximum, version ("5" or "3.1.1")."""
        self.program = os.path.join(programs, "crossdock")
        self.shim, self.folder = shim, folder
        self.id = settings["id"]
        # The folder that is watched is above data_dir, so that data_dir itself can be lost, too.
        self.disk = os.path.join(folder, "disk")
        self.data = os.path.join(self.disk, "data")
        self.copy = os.path.join(folder, "copy")
        self.lives = 0
        for name in ("disk", "side"):
            os.makedirs(os.path.join(folder, name))
        for name, data in (("agent.conf", self.data), ("copy.conf", self.copy)):
            with open(os.path.join(folder, name), "w") as file:
                file.write(CONFIGURATION.format(data=data, port=broker_port, **settings))
                for stream in STREAMS:
                    file.write(FEED.format(stream=stream, stream_class=CLASSES[stream], id=self.id))

    @property
    def filters(self):
        return [f"{self.id}/{stream}/+" for stream in STREAMS]

    @property
    def client_id(self):
        return f"crossdock-{self.id}-floor"

    def start(self, power=None):
        """`power`: settings of the power-loss object by their last words (AT, MODE, CHOICE, …); none: nothing is watched."""
        self.lives += 1
        environment, trigger, keywords = dict(os.environ), None, {}
        report = os.path.join(self.folder, f"report-{self.lives}.json")
        if power is not None:
            inherited, trigger = os.pipe()
            values = {"FOLDER": self.disk, "SIDE": os.path.join(self.folder, "side"), "REPORT": report,
                      "TRIGGER": inherited, **power}
            environment["LD_PRELOAD"] = self.shim
            environment.update({f"CROSSDOCK_POWER_{key}": str(value) for key, value in values.items()})
            keywords["pass_fds"] = (inherited,)
        with open(os.path.join(self.folder, "agent.log"), "ab") as log:
            process = subprocess.Popen(
                [self.program, "run", "--config", os.path.join(self.folder, "agent.conf")], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env=environment, **keywords)
        if power is not None:
            os.close(inherited)
        return Life(process, trigger, report)

    def stop(self, life):
        """A clean stop; the exit code."""
        life.process.send_signal(signal.SIGTERM)
        return life.wait()

    def status(self):
        """None while it does not answer."""
        result = self._run("status", "--json", "--config", os.path.join(self.folder, "agent.conf"))
        return json.loads(result.stdout) if result.returncode == 0 else None

    def _run(self, *arguments):
        return subprocess.run([self.program, *arguments], capture_output=True, text=True, timeout=300)

    def contents(self, of_copy=False):
        """What the journal holds, by `crossdock export`. With nothing in it when there is none yet."""
        configuration = os.path.join(self.folder, "copy.conf" if of_copy else "agent.conf")
        exports, problems = {}, []
        for stream in (*STREAMS, QUARANTINE, TOMBSTONES):
            result = self._run("export", stream, "--config", configuration)
            if result.returncode == 0:
                exports[stream] = read_export(result.stdout)
            else:
                problems.append(f"export {stream} ended with {result.returncode}: {result.stderr.splitlines()[:1]}")
        contents = Contents(exports)
        contents.unreadable = problems[:1]
        contents.epoch = next((r["epoch"] for stream in exports.values() for _, r in stream), None)
        return contents

    def copied_contents(self):
        """The same of a copy, so that looking at what a cut left changes nothing for the next start."""
        shutil.rmtree(self.copy, ignore_errors=True)
        if not os.path.isdir(self.data):
            os.makedirs(self.copy)
        else:
            shutil.copytree(self.data, self.copy)
        return self.contents(of_copy=True)

    def check_integrity(self, folder):
        """[] or what SQLite finds wrong."""
        path = os.path.join(folder, "journal.db")
        if not os.path.exists(path):
            return []
        database = sqlite3.connect(path)
        try:
            rows = [row[0] for row in database.execute("PRAGMA integrity_check")]
        except sqlite3.DatabaseError as error:
            rows = [str(error)]
        finally:
            database.close()
        return [] if rows == ["ok"] else [f"integrity_check: {row}" for row in rows[:5]]

    def set_aside(self):
        """Names of files that were found damaged and set aside."""
        return [name for name in os.listdir(self.data) if ".damaged" in name] if os.path.isdir(self.data) else []
