"""The feature specification of the bearing classifier: the lines that sixteen bands of the envelope agree on, and how peaked the
waveform is."""
import json


def specification(sample_rate_hz, bearing, block):
    features = [
        {"name": f"{fault}_{harmonic}", "statistic": "envelope_order", "fault": fault, "harmonic": harmonic, "band": "bank"}
        for fault in ("inner", "outer", "ball") for harmonic in (1, 2, 3)
    ]
    features.append({"name": "cage_1", "statistic": "envelope_order", "fault": "cage", "harmonic": 1, "band": "bank"})
    features.append({"name": "shape", "statistic": "shape"})
    return {
        "name": "bearing-fault", "version": "1.0.0", "inputs": [{"name": "rpm", "unit": "rpm"}],
        "waveform": {"sample_rate_hz": sample_rate_hz, "speed": "rpm", "bearing": bearing, "samples": block},
        "features": features,
    }


def write(path, *arguments):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(specification(*arguments), file, indent=2)
        file.write("\n")


def write_time(path, sample_rate_hz, block):
    """What a monitor of the machine's level watches."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump({
            "name": "level", "version": "1.0.0", "inputs": [{"name": "rpm", "unit": "rpm"}],
            "waveform": {"sample_rate_hz": sample_rate_hz, "speed": "rpm", "samples": block},
            "features": [{"name": word, "statistic": word} for word in ("rms", "kurtosis")],
        }, file)
