# SPDX-License-Identifier: Apache-2.0
"""What happens to an httpd while Prometheus looks on: load, a rotation, an outage, restarts, a death, a stop."""

import contextlib
import json
import os
import re
import signal
import threading
import time

from env import load, places
from env.dpop import Prover, call
from env.keys import key
from env.keyservers import cut_off, restore, unknown_kids
from env.snippets import location, trusts
from env.status import HANDLER
from env.waiting import wait_for

PROOFS = 1024
# more than the table of OktaTokenCache 40 has places for
TOKENS = 200


def snippet(well, ailing, minute):
    """/lost: a pattern without an audience, which only a request finds out."""
    audience = "OktaAudience api://default"
    return (trusts([well, ailing], "OktaKeyRefresh 1s 1s", f"OktaKeyMaxStale {20 * minute}s", "OktaTokenCache 40",
                   f"OktaReplayEntries {PROOFS}", f"OktaDPoPWindow {20 * minute}s", "OktaClockSkew 1", audience=None)
            + location("/whoami", audience)
            + '<LocationMatch "^/lost">\n    AuthType Okta\n    Require valid-user\n    SetHandler okta-whoami\n'
              "</LocationMatch>\n" + HANDLER)


# a fault that ends a start, and closes the place at a restart
CLOSED = ('<Location "/broken">\n    AuthType Okta\n    Require valid-user\n    OktaCorsOrigin *\n'
          "    OktaCorsCredentials On\n</Location>\n")


class Story:
    """What was seen is in its attributes when it was told."""

    def __init__(self, server, well, ailing, prometheus, minute):
        self.server, self.well, self.ailing = server, well, ailing
        self.prometheus, self.minute = prometheus, minute
        self.calm = None  # alerts of any state while all was well
        self.fired, self.fired_for = set(), set()  # names; and (name, issuer)
        self.left = None  # alerts of any state at the end
        self.counters = {}  # {name: {labels: (resets, samples)}} until httpd was stopped
        self.shown = []  # (panel, how many series) of each query of the dashboard
        self._rules = {one["name"] for group in prometheus.ask("rules")["groups"] for one in group["rules"]}

    # -- what is seen

    def _note(self):
        for alert in self.prometheus.ask("alerts")["alerts"]:
            if alert["state"] == "firing":
                self.fired.add(alert["labels"]["alertname"])
                self.fired_for.add((alert["labels"]["alertname"], alert["labels"].get("issuer")))

    def _until(self, condition, what, minutes=60):
        def look():
            self._note()
            return condition()
        return wait_for(look, what, timeout=minutes * self.minute + 40, interval=0.3)

    def _until_fired(self, *names):
        missing = set(names)

        def all_fired():
            missing.difference_update(self.fired)
            return not missing

        try:
            self._until(all_fired, "alerts to fire")
        except AssertionError as late:
            raise AssertionError(f"{late}: {missing}") from None

    def _firing_or_pending(self):
        return self.prometheus.alerts() | self.prometheus.alerts("pending")

    def _count_resets(self):
        names = [name for name in self.prometheus.ask("label/__name__/values")
                 if re.fullmatch("mod_auth_okta_.*_(total|bucket|count|sum)", name)]
        for name in names:
            resets, samples = (self.prometheus.query(f"{function}({name}[1h])")
                               for function in ("resets", "count_over_time"))
            self.counters[name] = {tuple(sorted(labels.items())): (value, dict_of(samples)[frozenset(labels.items())])
                                   for labels, value in resets}

    def _look_at_the_dashboard(self):
        for panel in json.loads((places.REPO / "docs" / "monitoring" / "dashboard.json").read_text())["panels"]:
            for target in panel["targets"]:
                query = target["expr"]
                for name, value in (("$__rate_interval", f"{5 * self.minute}s"), ("$job", "mod_auth_okta"),
                                    ("$instance", ".*"), ("$issuer", ".*")):
                    query = query.replace(name, value)
                self.shown.append((panel["title"], len(self.prometheus.query(query))))

    # -- what happens

    @contextlib.contextmanager
    def _pestering(self, action, pause):
        """Do it over and over meanwhile."""
        ended = threading.Event()

        def pester():
            while not ended.wait(pause):
                with contextlib.suppress(OSError):
                    action()

        thread = threading.Thread(target=pester)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _all_is_well(self):
        """Some minutes of good traffic."""
        tokens = [issuer.mint.token() for issuer in (self.well, self.ailing)]
        with load.Load(self.server, "/whoami", tokens, 1, pause=0.05):
            seen = "sum(count_over_time(mod_auth_okta_build_info[1h]))"
            wait_for(lambda: (found := self.prometheus.query(seen)) and found[0][1] > 5 * self.minute, "some scrapes",
                     timeout=30 * self.minute, interval=0.3)
            self._rotate()
            self.calm = self._firing_or_pending()

    def _rotate(self):
        self.well.keys = [key("key-2"), *self.well.keys]
        assert self.server.get("/whoami", self.well.mint.token()).status == 200

    def _restart_with(self, snippet):
        (self.server.root / "conf" / "httpd.conf").write_text(self.server.configuration(snippet))
        self.server.graceful()

    def _kill_a_child(self):
        killed = self.server.children()[0]
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: killed not in self.server.children(), "the end of a child")

    def _fill_the_memory_of_proofs(self):
        prover = Prover.of(self.server)
        token = prover.token(self.well)
        for _ in range(PROOFS + 20):
            with contextlib.suppress(OSError):
                call(self.server, token, prover.proof(token))
        return lambda: call(self.server, token, prover.proof(token))

    def _everything_at_once(self):
        """The outage of one issuer, while the other one's callers do all that there is an alert for."""
        good = [self.well.mint.token(jti=f"AT.{n}") for n in range(TOKENS)]
        bad = [self.well.mint.token(exp=1_000_000_000), self.well.mint.token(aud="api://other")]
        ailing = self.ailing.mint.token()
        with contextlib.ExitStack() as stack:
            stack.enter_context(load.Load(self.server, "/whoami", good, 1, pause=0.03))
            stack.enter_context(load.Load(self.server, "/whoami", bad, 2, pause=0.02))
            stack.enter_context(load.Load(self.server, "/whoami", unknown_kids(self.well, 40), 1, pause=0.2))
            stack.enter_context(load.Load(self.server, "/whoami", ailing, 1, pause=0.5))
            stack.enter_context(self._pestering(lambda: self.server.get("/lost", ailing), 0.5))
            cut_off(self.ailing)
            self._restart_with(self.server.snippet + CLOSED)
            stack.enter_context(self._pestering(self._fill_the_memory_of_proofs(), 0.3))
            self._kill_a_child()
            self._until_fired("OktaReplayMemoryFull", "OktaReplayMemoryNearlyFull")
            self.server.graceful()
            self._until_fired(*(self._rules - {"OktaNotScraped"}))
            self._look_at_the_dashboard()

    def _mend(self):
        restore(self.ailing)
        self._restart_with(self.server.snippet)
        self._until(lambda: not self._firing_or_pending(), "the end of all alerts")
        self._count_resets()

    def _stop_and_start(self):
        self.server.stop(signal.SIGWINCH)
        self._until_fired("OktaNotScraped")
        port = self.server.port
        self.server.start()
        # it is looked for where it was
        assert self.server.port == port or self._is_moved(port)
        self._until(lambda: not self._firing_or_pending(), "the end of all alerts")
        self.left = self._firing_or_pending()

    def _is_moved(self, port):
        """start() chose another port: tell Prometheus."""
        path = self.prometheus.folder / "prometheus.yml"
        path.write_text(path.read_text().replace(f":{port}", f":{self.server.port}"))
        self.prometheus.reload()
        return True

    def tell(self):
        began = time.monotonic()
        self._all_is_well()
        self._everything_at_once()
        self._mend()
        self._stop_and_start()
        self.seconds = time.monotonic() - began


def dict_of(samples):
    return {frozenset(labels.items()): value for labels, value in samples}
