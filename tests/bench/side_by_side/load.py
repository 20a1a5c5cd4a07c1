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


def _check(case, counted):
    wanted = counted["requests"] if case.refused else 0
    # wrk counts a few answers after it has stopped counting requests
    if counted["failed"] or abs(counted["refused"] - wanted) > CONNECTIONS:
        raise Unsound(f"{case.name}: {counted}; {wanted} refusals were expected")


def measure(case, server, seconds, once=False):
    pids = server.pids()
    before, busy_before, began = machine.cpu_of(pids), machine.busy(), time.monotonic()
    children_before = os.times()
    command = ["taskset", "-c", str(machine.LOAD_CORE), "wrk", "-t1", f"-c{CONNECTIONS}",
               f"-d{600 if once else seconds}s", "-s", str(SCRIPT), f"http://127.0.0.1:{server.port}/index.html",
               "--", str(case.tokens or "-"), "once" if once else "cycle"]
    wrk = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if once and wrk.stderr.readline() == "ended\n":
        wrk.send_signal(signal.SIGINT)
    output, errors = wrk.communicate()
    elapsed = time.monotonic() - began
    server_cpu = machine.cpu_of(pids) - before
    children = os.times()
    load_cpu = (children.children_user - children_before.children_user
                + children.children_system - children_before.children_system)
    busy = machine.busy() - busy_before
    if wrk.returncode != 0:
        raise Unsound(f"wrk: {output}{errors}")
    counted = json.loads(output.splitlines()[-1])
    _check(case, counted)
    return Sample(us=server_cpu / counted["requests"] * 1e6,
                  per_second=counted["requests"] / counted["seconds"],
                  p99_us=counted["p99_us"],
                  saturation=server_cpu / counted["seconds"],
                  others=max(0.0, (busy - server_cpu - load_cpu) / elapsed))
