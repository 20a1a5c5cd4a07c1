# SPDX-License-Identifier: Apache-2.0
"""The page of okta-status in a real browser: on a phone and on a wall, in light and dark, well and not well."""

import itertools

import pytest
from env import answers, load, places
from env.dpop import Prover, call
from env.issuer import Issuer
from env.keys import key
from env.keyservers import cut_off, unknown_kids
from env.snippets import location, trusts
from env.status import HANDLER, STATUS, json_of
from env.waiting import wait_for

ARTIFACTS = places.REPO / "build" / "artifacts"
WIDTHS = {"phone": 390, "wall": 1280}
VIEWS = list(itertools.product(WIDTHS, ["light", "dark"]))
# contrast that WCAG 2.1 asks of text of any size (level AA)
CONTRAST = 4.5


@pytest.fixture(scope="module")
def issuers():
    with Issuer(keys=[key("key-1"), key("key-2")]) as first, Issuer(path="/oauth2/aus9876543210") as second:
        yield first, second


def _snippet(issuers):
    return (trusts(list(issuers), "OktaKeyRefresh 1s 1s", "OktaKeyMaxStale 6s", "OktaReplayEntries 2000",
                   audience="api://default") + location("/whoami")
            + location("/admin", require="okta-scope admin") + HANDLER)


def _traffic(server, issuers):
    first, second = issuers
    good = [first.mint.token(jti=f"AT.{n}") for n in range(40)] + [second.mint.token()]
    bad = [first.mint.token(exp=1_000_000_000), first.mint.token(aud="api://other"), *unknown_kids(first, 3)]
    load.run(server, "/whoami", good, 4, 800)
    load.run(server, "/whoami", bad, 4, 120)
    load.run(server, "/admin", good[:3], 2, 12)
    prover = Prover.of(server)
    token = prover.token(first)
    for _ in range(30):
        assert call(server, token, prover.proof(token)).status == 200
    for _ in range(5):
        server.get("/whoami")


@pytest.fixture(scope="module")
def server(launch, issuers):
    server = launch(_snippet(issuers))
    server.expects("OKTA-REFUSED|OKTA-KEYS|AH0163", optional=True, lasting=True)
    _traffic(server, issuers)
    return server


def _picture(browser, server, name, place, scheme):
    title = browser.view(url=f"http://{server.host}:{server.port}{STATUS}", width=WIDTHS[place], colorScheme=scheme)
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    browser.screenshot(path=str(ARTIFACTS / f"status-{name}-{place}-{scheme}.png"), colorScheme=scheme)
    return title


_JUDGE = """(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const back = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const worst = [];
  for (const e of document.querySelectorAll('h1,h2,small,p,b,span,dt,dd,td,footer,a')) {
    if (!e.textContent.trim()) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(back(e))].sort((x, y) => y - x);
    worst.push([(a + 0.05) / (b + 0.05), e.tagName, e.textContent.slice(0, 40)]);
  }
  worst.sort((x, y) => x[0] - y[0]);
  return { worst: worst[0], wide: document.documentElement.scrollWidth, seen: innerWidth,
    top: document.querySelector('h1').getBoundingClientRect().top,
    size: parseFloat(getComputedStyle(document.querySelector('h1')).fontSize),
    columns: new Set([...document.querySelectorAll('section')].map((e) => e.getBoundingClientRect().left)).size,
    back: light(parse(getComputedStyle(document.body).backgroundColor)) };
})()"""


def _assert_pleasant(browser, place, scheme):
    """What can be measured of it. Pictures are in build/artifacts."""
    found = browser.evaluate(script=_JUDGE)
    assert found["wide"] <= found["seen"], "one has to scroll sideways"
    assert found["top"] < 60 and found["size"] >= 24, "the answer is not what one sees first"
    assert found["worst"][0] >= CONTRAST, found["worst"]
    assert (found["back"] < 0.2) is (scheme == "dark")
    assert (found["columns"] == 1) is (place == "phone")
    # the policy let the style through, and there was nothing to stop
    assert browser.noises() == {"said": [], "faults": []}


@pytest.mark.parametrize("place, scheme", VIEWS)
def test_while_all_is_well(browser, server, place, scheme):
    wait_for(lambda: json_of(server)["health"] == "well", "all to be well")
    assert _picture(browser, server, "well", place, scheme) == "All is well. - mod_auth_okta"
    _assert_pleasant(browser, place, scheme)


@pytest.mark.parametrize("place, scheme", VIEWS)
def test_while_a_refresh_fails(browser, server, issuers, place, scheme):
    """Of one issuer; nobody is refused yet."""
    issuers[1].script("keys", answers.status(500))
    wait_for(lambda: any("500" in one["what"] for one in json_of(server)["troubles"]), "trouble")
    title = _picture(browser, server, "warning", place, scheme)
    assert title.startswith("Not well for ")
    _assert_pleasant(browser, place, scheme)
    issuers[1].honest()
    wait_for(lambda: json_of(server)["health"] == "well", "all to be well")


@pytest.mark.parametrize("place, scheme", VIEWS)
def test_while_requests_are_refused(browser, server, issuers, place, scheme):
    cut_off(issuers[0])
    wait_for(lambda: json_of(server)["health"] == "alarm", "keys that are too old")
    _picture(browser, server, "alarm", place, scheme)
    assert "Requests with its tokens get 503" in browser.evaluate(script="document.querySelector('header').innerText")
    _assert_pleasant(browser, place, scheme)
