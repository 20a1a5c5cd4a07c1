# SPDX-License-Identifier: Apache-2.0
"""Cases in turns, so that what disturbs a round disturbs all of it, and medians over the rounds."""

import statistics
import subprocess

from . import machine
from .load import measure


def bare_us(program):
    """One bare verification of an RS256 signature, in microseconds, on the server's core."""
    done = subprocess.run(["taskset", "-c", str(machine.SERVER_CORE), program, "bare", "0.3"],
                          text=True, capture_output=True, check=True)
    return float(done.stdout) / 1000


def run(cases, servers, rounds, seconds, say, bare=None):
    """{case name: [Sample, …]} and the bare times of the rounds. servers: by the names that cases use. bare: called
    for such a time, in microseconds."""
    samples, bares = {case.name: [] for case in cases}, []
    for case in cases:
        measure(case, servers[case.server], 1)
    for number in range(rounds):
        if bare:
            bares.append(bare())
        # there and back, so that no case is always the one that follows another
        for case in cases if number % 2 == 0 else reversed(cases):
            sample = measure(case, servers[case.server], seconds)
            samples[case.name].append(sample)
            noise = f"  (others: {sample.others:.2f} cores)" if sample.others > machine.QUIET else ""
            say(f"round {number + 1}/{rounds}  {case.name:<14} {sample.us:7.1f} us{noise}")
    return samples, bares


def median(samples, field="us"):
    return statistics.median(getattr(sample, field) for sample in samples)


def middle(values):
    return statistics.median(values)


def spread(samples):
    """Half the range, relative to the median."""
    values = [sample.us for sample in samples]
    return (max(values) - min(values)) / 2 / statistics.median(values)


def ratio(samples, base):
    """Median over the rounds of each round's own ratio; base: a number for each round, or samples."""
    values = [b.us if hasattr(b, "us") else b for b in base]
    return statistics.median(sample.us / value for sample, value in zip(samples, values))


def disturbed(samples):
    every = [sample for list_ in samples.values() for sample in list_]
    return sum(sample.others > machine.QUIET for sample in every), len(every)


def rows(cases, samples, kir):
    """What a table says of each case; kir: thousands of instructions by name."""
    return [{"name": case.name, "label": case.label, "us": median(samples[case.name]),
             "over_none": ratio(samples[case.name], samples["none"]), "spread": spread(samples[case.name]),
             "kir": kir[case.name]} for case in cases]
