# SPDX-License-Identifier: Apache-2.0
"""One measurement: load on one core, a server on the other."""

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import machine

SCRIPT = Path(__file__).resolve().parents[1] / "tokens.lua"
CONNECTIONS = 16


class Unsound(Exception):
    """Answers that the case does not have: the figures would be of something else."""


@dataclass(frozen=True)
class Sample:
    us: float          # CPU of all server processes, per request
    per_second: float
    p99_us: float
    saturation: float  # of the server's core
    others: float      # cores that others kept busy meanwhile


def _check(case, counted, connections):
    wanted = counted["requests"] if case.refused else 0
    # wrk counts a few answers after it has stopped counting requests
    if counted["failed"] or abs(counted["refused"] - wanted) > connections:
        raise Unsound(f"{case.name}: {counted}; {wanted} refusals were expected")


def _wrk(case, server, seconds, script, connections=CONNECTIONS):
    """script: what tokens.lua is told after the file. What it counted, once all is answered."""
    command = ["taskset", "-c", str(machine.LOAD_CORE), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
               "-s", str(SCRIPT), f"http://127.0.0.1:{server.port}/index.html",
               "--", str(case.tokens or "-"), *script]
    wrk = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if script[0] != "cycle" and wrk.stderr.readline() == "ended\n":
        wrk.send_signal(signal.SIGINT)
    output, errors = wrk.communicate()
    if wrk.returncode != 0:
        raise Unsound(f"wrk: {output}{errors}")
    return json.loads(output.splitlines()[-1])


def send(case, server, count, connections, begin=0):
    """That many requests with the case's tokens in turn, from line `begin` on. CPU us of the server's processes for
    each: finer than measure(), and for processes that stay."""
    pids = server.pids()
    before = machine.cpu_clock_of(pids)
    counted = _wrk(case, server, 3600, [str(count), str(begin)], connections)
    _check(case, counted, connections)
    return (_at_rest(pids) - before) / count * 1e6


def _at_rest(pids):
    """The processes' CPU seconds, once they have answered what wrk did not wait for."""
    used = machine.cpu_clock_of(pids)
    for _ in range(100):
        time.sleep(0.03)
        used, earlier = machine.cpu_clock_of(pids), used
        if used - earlier < 0.001:
            break
    return used


def measure(case, server, seconds, once=False):
    pids = server.pids()
    before, busy_before, began = machine.cpu_of(pids), machine.busy(), time.monotonic()
    children_before = os.times()
    counted = _wrk(case, server, 600 if once else seconds, ["once" if once else "cycle"])
    elapsed = time.monotonic() - began
    server_cpu = machine.cpu_of(pids) - before
    children = os.times()
    load_cpu = (children.children_user - children_before.children_user
                + children.children_system - children_before.children_system)
    busy = machine.busy() - busy_before
    _check(case, counted, CONNECTIONS)
    return Sample(us=server_cpu / counted["requests"] * 1e6,
                  per_second=counted["requests"] / counted["seconds"],
                  p99_us=counted["p99_us"],
                  saturation=server_cpu / counted["seconds"],
                  others=max(0.0, (busy - server_cpu - load_cpu) / elapsed))
