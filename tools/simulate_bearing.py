#!/usr/bin/env python3
"""A recording of a bearing on standard output, 16-bit samples of 0.1 mg: for trying `crossdock bearing` without a sensor.

    simulate_bearing.py --fault inner > inner-ring.i16

A 6205 at 1797 r/min, sampled at 12 kHz: noise, unbalance, and impacts that ring at a resonance, 1 % irregular. Those of an inner
ring come and go with the turn of the shaft, those of a ball with the turn of the cage (McFadden & Smith 1984). No data set, no chance.
"""
import argparse
import math
import struct
import sys

from simulate_wear import Numbers

RATE_HZ, SHAFT_HZ, RESONANCE_HZ = 12000, 1797 / 60, 3100
NOISE_G, UNBALANCE_G, IMPACT_G, DECAY_S = 0.1, 0.03, 0.4, 0.0008
# Line of the fault, and what its impacts come and go with, in turns of the shaft.
FAULTS = {"none": None, "outer": (3.585, 0), "inner": (5.415, 1), "ball": (4.713, 0.398)}


def samples(fault, count, seed):
    numbers = Numbers(seed)
    values = [NOISE_G * numbers.gaussian() + UNBALANCE_G * math.sin(2 * math.pi * SHAFT_HZ * i / RATE_HZ) for i in range(count)]
    if FAULTS[fault] is None:
        return values
    line, turn = FAULTS[fault]
    period = 1 / (line * SHAFT_HZ)
    time = period * numbers.uniform()
    while time * RATE_HZ < count:
        strength = IMPACT_G * (1 + 0.8 * math.cos(2 * math.pi * turn * SHAFT_HZ * time))
        first = math.ceil(time * RATE_HZ)
        for i in range(first, min(count, first + 60)):
            since = i / RATE_HZ - time
            values[i] += strength * math.exp(-since / DECAY_S) * math.sin(2 * math.pi * RESONANCE_HZ * since)
        time += period * (1 + 0.01 * numbers.gaussian())
    return values


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--fault", choices=FAULTS, default="none")
    arguments.add_argument("--count", type=int, default=16384, help="samples (16384)")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    for value in samples(given.fault, given.count, given.seed):
        sys.stdout.buffer.write(struct.pack("<h", max(-32768, min(32767, round(value / 1e-4)))))


if __name__ == "__main__":
    main()
