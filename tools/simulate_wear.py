#!/usr/bin/env python3
"""Messages of a pump from its start to its failure, one a line, for trying out how a model is trained: no data set, no chance.

    simulate_wear.py --pump 3 [--until 0.85] | mosquitto_pub -q 1 -l -t pumps/3/state

Every pump has a life of its own (130 to 250 hours), wear that grows exponentially and shows in vibration, temperature, current and
pressure, and two duties that change all of them: a message an hour. --until ends it before the failure.
"""
import argparse
import datetime
import json
import math
import sys

MASK = 2**64 - 1


class Numbers:
    """SplitMix64 (Steele, Lea & Flood 2014): the same on every machine."""

    def __init__(self, seed):
        self.state = seed * 0x9E3779B97F4A7C15 & MASK

    def uniform(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        return ((z ^ z >> 31) >> 11) * 2.0**-53

    def gaussian(self):
        return sum(self.uniform() for _ in range(12)) - 6


def messages(pump, until):
    numbers = Numbers(1000 + pump)
    life = 130 + int(120 * numbers.uniform())
    growth = 3.5 + 1.5 * numbers.uniform()
    begin = 0.1 * numbers.uniform()
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    for hour in range(1, int(life * until) + 1):
        duty = 1 if numbers.uniform() < 0.5 else 0
        damage = begin + (math.exp(growth * hour / life) - 1) / (math.exp(growth) - 1)
        yield {
            "ts": (start + datetime.timedelta(hours=hour)).isoformat().replace("+00:00", "Z"),
            "duty": duty,
            "vibration_mm_s": round(1.2 + 0.8 * duty + 2.0 * damage + 0.15 * numbers.gaussian(), 3),
            "temperature_c": round(46 + 6 * duty + 7 * damage + 0.9 * numbers.gaussian(), 2),
            "current_a": round(8 + 3.5 * duty + 1.1 * damage + 0.15 * numbers.gaussian(), 3),
            "pressure_bar": round(5.2 - 0.4 * duty - 0.6 * damage + 0.08 * numbers.gaussian(), 3),
        }


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pump", type=int, required=True, help="which: each has its own life")
    arguments.add_argument("--until", type=float, default=1, help="part of its life (1: to the failure)")
    given = arguments.parse_args()
    for message in messages(given.pump, given.until):
        sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
