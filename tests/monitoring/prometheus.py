# SPDX-License-Identifier: Apache-2.0
"""Debian's prometheus, started for a test, and promtool."""

import shutil
import signal
import subprocess
from pathlib import Path

import requests
from env.ports import LOOPBACK, free_port
from env.waiting import wait_for


def promtool(*arguments, text=None):
    """(exit status, what it said)"""
    assert shutil.which("promtool"), "promtool is missing: install Debian's package prometheus"
    done = subprocess.run(["promtool", *map(str, arguments)], input=text, text=True, capture_output=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


class Prometheus:
    """Scrapes and evaluates every second. rules: the text of a file."""

    def __init__(self, folder, target, sample, rules):
        assert shutil.which("prometheus"), "prometheus is missing: install Debian's package prometheus"
        self.folder, self.port = Path(folder), free_port(LOOPBACK)
        (self.folder / "alerts.yml").write_text(rules)
        configuration = "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\n  evaluation_interval: 1s\n"
        assert sample.count("localhost:80") == 1
        (self.folder / "prometheus.yml").write_text(configuration + sample.replace("localhost:80", target))
        self._log = open(self.folder / "stderr.log", "wb")
        self._session = requests.Session()
        self._session.trust_env = False
        self._process = subprocess.Popen(
            ["prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data",
             f"--web.listen-address={LOOPBACK}:{self.port}", "--log.level=warn"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        wait_for(self._is_ready, "Prometheus to be ready", interval=0.1)

    def _is_ready(self):
        assert self._process.poll() is None, (self.folder / "stderr.log").read_text()
        try:
            return self._session.get(f"http://{LOOPBACK}:{self.port}/-/ready", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def ask(self, path, **parameters):
        answer = self._session.get(f"http://{LOOPBACK}:{self.port}/api/v1/{path}", params=parameters, timeout=30).json()
        assert answer["status"] == "success", (parameters, answer)
        return answer["data"]

    def query(self, expression):
        """[(labels, value)] of now."""
        return [(one["metric"], float(one["value"][1])) for one in self.ask("query", query=expression)["result"]]

    def alerts(self, state="firing"):
        """Names of the alerts in that state."""
        return {one["labels"]["alertname"] for one in self.ask("alerts")["alerts"] if one["state"] == state}

    def target(self):
        """(health, last error) of the one target."""
        [target] = self.ask("targets")["activeTargets"]
        return target["health"], target["lastError"]

    def reload(self):
        """Read the configuration anew."""
        self._process.send_signal(signal.SIGHUP)

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
