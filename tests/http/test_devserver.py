# SPDX-License-Identifier: Apache-2.0
"""mod_okta_devserver: an authorization server like Okta's, for development."""

import json

import pytest
import requests
from env import jwe, leaks
from env.client import at_once
from env.devserver import CLIENT, WARNING, Issuer, dev_lines, header, start, verified
from env.snippets import location, trusts
from jwcrypto.jwk import JWK
from jwcrypto.jws import InvalidJWSSignature

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

DEFAULT = dev_lines(f"OktaDevClient {CLIENT[0]} {CLIENT[1]} api:read api:write",
                    'OktaDevClient "odd:id" "p%ss+w:rd" api:read')


@pytest.fixture(scope="module")
def shared(launch_shared):
    server = launch_shared(
        DEFAULT
        + dev_lines(path="/.well-known/oauth-authorization-server/oauth2/default")
        + dev_lines("OktaDevIssuer http://issuer.example:8099/fixed", "OktaDevAudience api://fixed",
                    "OktaDevTokenLifetime 5", "OktaDevKeysMaxAge 7", "OktaDevClient any any",
                    path="/fixed")
        + dev_lines(path="/oauth2/no-client"),
        okta=False, start=False)
    return start(server)


@pytest.fixture
def dev(shared):
    return Issuer(shared)


@pytest.fixture
def launch_dev(launch):
    return lambda **options: start(launch(DEFAULT, okta=False, start=False, **options))


# -- documents

@pytest.mark.parametrize("path", [
    "/oauth2/default/.well-known/openid-configuration",
    "/oauth2/default/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/oauth2/default"])
def test_metadata(dev, path):
    answer = requests.get(dev.base + path, timeout=60, headers={"Host": "evil.example"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    document = answer.json()
    assert document["issuer"] == dev.url
    assert document["jwks_uri"] == dev.url + "/v1/keys"
    assert document["token_endpoint"] == dev.url + "/v1/token"
    assert document["grant_types_supported"] == ["client_credentials"]


def test_key_set(dev):
    answer = dev.call("GET", "/v1/keys")
    assert answer.headers["Cache-Control"] == "max-age=3600, must-revalidate"
    keys = answer.json()["keys"]
    assert len(keys) >= 2
    for key in keys:
        assert {"kty": "RSA", "alg": "RS256", "use": "sig", "e": "AQAB"}.items() <= key.items()
        assert set(key) == {"kty", "alg", "use", "kid", "n", "e"}
        assert JWK(**key).thumbprint() == key["kid"]
    head = dev.call("HEAD", "/v1/keys")
    assert head.content == b""
    assert head.headers["Content-Length"] == answer.headers["Content-Length"]


def test_directives(shared):
    fixed = Issuer(shared, "/fixed")
    document = fixed.call("GET", "/.well-known/openid-configuration").json()
    assert document["jwks_uri"] == "http://issuer.example:8099/fixed/v1/keys"
    assert fixed.call("GET", "/v1/keys").headers["Cache-Control"] == "max-age=7, must-revalidate"
    claims = verified(fixed.token(auth=("any", "any"), scope="what ever"), fixed.keys())
    assert (claims["iss"], claims["aud"]) == ("http://issuer.example:8099/fixed", "api://fixed")
    assert claims["exp"] - claims["iat"] == 5
    assert claims["scp"] == ["what", "ever"]


@pytest.mark.parametrize("path", ["", "/", "/v1/nope", "/%22/v1/keys", "/%C3%A9/v1/keys"])
def test_unknown_path(dev, path):
    answer = dev.call("GET", path)
    assert answer.status_code == 404
    assert answer.json()["errorCode"] == "E0000007"


def test_path_beside_the_configured_issuer(shared):
    assert Issuer(shared, "/fixed/other").call("GET", "/v1/keys").status_code == 404


@pytest.mark.parametrize("method, path, allow", [
    ("GET", "/v1/token", "POST"), ("GET", "/v1/rotate", "POST"), ("POST", "/v1/keys", "GET, HEAD")])
def test_wrong_method(dev, method, path, allow):
    answer = dev.call(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)


# -- tokens

def test_token(dev):
    answer = dev.ask(scope="api:write api:read api:write")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert {k: body[k] for k in body if k != "access_token"} == {
        "token_type": "Bearer", "expires_in": 3600, "scope": "api:write api:read"}
    token = leaks.register(body["access_token"])
    assert set(header(token)) == {"alg", "kid"}
    claims = verified(token, dev.keys())
    assert claims.pop("jti").startswith("AT.")
    assert claims.pop("exp") - claims.pop("iat") == 3600
    assert claims == {"ver": 1, "iss": dev.url, "aud": "api://default", "cid": "demo", "sub": "demo",
                      "scp": ["api:write", "api:read"]}


@pytest.mark.parametrize("how", [
    {"auth": None, "client_id": CLIENT[0], "client_secret": CLIENT[1]},
    {"auth": CLIENT, "client_id": CLIENT[0]},
    {"auth": ("odd%3Aid", "p%25ss%2Bw%3Ard")},  # form-encoded first: RFC 6749 section 2.3.1
    {"auth": None, "client_id": "odd:id", "client_secret": "p%ss+w:rd"}])
def test_client_authentication(dev, how):
    verified(dev.token(**how), dev.keys())


@pytest.mark.parametrize("error, fields", [
    ("invalid_client", {"auth": ("demo", "wrong-secret-of-the-devserver-tests")}),
    ("invalid_client", {"auth": ("demo", "")}),
    ("invalid_client", {"auth": ("nobody", CLIENT[1])}),
    ("invalid_client", {"auth": None}),
    ("invalid_client", {"auth": None, "client_id": "demo"}),
    ("invalid_client", {"auth": None, "client_id": "demo", "client_secret": ""}),
    ("invalid_client", {"auth": None, "headers": {"Authorization": "Bearer abc"}}),
    ("invalid_request", {"client_secret": CLIENT[1]}),
    ("invalid_request", {"client_id": "another"}),
    ("invalid_request", {"grant_type": None}),
    ("unsupported_grant_type", {"grant_type": "password"}),
    ("invalid_scope", {"scope": None}),
    ("invalid_scope", {"scope": " "}),
    ("invalid_scope", {"scope": "admin"}),
    ("invalid_scope", {"scope": "api:read admin"}),
    ("invalid_scope", {"scope": 'a"b'}),
    ("invalid_request", {"scope": "api:read\0admin"}),
    ("invalid_request", {"dev_claims": "[]"}),
    ("invalid_request", {"dev_header": '{"a":1,"a":2}'}),
    ("invalid_request", {"dev_key": "another"})])
def test_refused(dev, error, fields):
    answer = dev.ask(**fields)
    assert answer.json()["error"] == error
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("WWW-Authenticate" in answer.headers) == (answer.status_code == 401)


@pytest.mark.parametrize("data, headers", [
    ("grant_type=client_credentials&scope=api:read&scope=api:read", FORM),
    (json.dumps({"grant_type": "client_credentials"}), {"Content-Type": "application/json"}),
    ("", FORM),
    ("a=" + "x" * 20000, FORM),
    ("&".join(f"a{i}=1" for i in range(100)), FORM)])
def test_malformed_body(dev, data, headers):
    answer = dev.call("POST", "/v1/token", data=data, headers=headers, auth=CLIENT)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_no_client_configured_is_told(shared):
    answer = Issuer(shared, "/oauth2/no-client").ask()
    assert answer.status_code == 401
    assert "OktaDevClient" in answer.json()["error_description"]


def test_secrets_stay_out_of_the_logs(dev, shared):
    wrong = "wrong-secret-of-the-log-test"
    dev.ask(auth=("demo", wrong))
    dev.ask(auth=(wrong, CLIENT[1]))
    dev.ask(auth=None, client_id=wrong, client_secret=CLIENT[1])
    token = dev.token()
    text = shared.error_log.text() + shared.access_log.text()
    assert "invalid_client" in text and "token issued" in text
    for secret in (wrong, CLIENT[1], token):
        assert secret not in text


# -- tokens made to order

def test_claims_to_order(dev):
    wish = {"groups": ["a", "é"], "sub": None, "exp": 5, "aud": "api://another"}
    claims = verified(dev.token(dev_claims=json.dumps(wish)), dev.keys())
    assert claims["groups"] == ["a", "é"]
    assert (claims["exp"], claims["aud"]) == (5, "api://another")
    assert "sub" not in claims


def test_keys_to_order(dev):
    keys = dev.keys()
    assert header(dev.token(dev_key="next"))["kid"] == keys[1]["kid"]
    verified(dev.token(dev_key="next"), keys)
    assert header(dev.token(dev_key="unpublished"))["kid"] not in dev.kids()
    forged = dev.token(dev_key="unpublished", dev_header=json.dumps({"kid": keys[0]["kid"]}))
    with pytest.raises(InvalidJWSSignature):
        verified(forged, keys)


NOT_LOCAL = [{"X-Forwarded-For": "192.0.2.1"}, {"Forwarded": "for=192.0.2.1"}, {"Via": "1.1 proxy"},
             {"Sec-Fetch-Site": "cross-site"}]


@pytest.mark.parametrize("headers", NOT_LOCAL)
def test_only_local_requests_have_wishes(dev, headers):
    before = dev.keys()
    assert dev.ask(headers=headers, dev_key="next").json()["error"] == "invalid_request"
    assert dev.rotate(**headers).status_code == 403
    assert dev.keys() == before
    assert dev.ask(headers=headers).status_code == 200


# -- keys over processes and time

def _seen_by_all(dev):
    """What 48 clients at once see: the key sets' kids and the kids of tokens."""
    seen = at_once(48, lambda i: (tuple(dev.kids()), dev.signer()))
    assert len(set(seen)) == 1, seen
    return seen[0]


@pytest.mark.every_mpm
def test_rotation_reaches_every_process(launch_dev):
    server = launch_dev(processes=4)
    dev = Issuer(server)
    for _ in range(3):
        current, upcoming, *_ = dev.kids()
        token = dev.token()
        assert header(token)["kid"] == current
        answer = dev.rotate()
        assert answer.status_code == 200
        kids, signer = _seen_by_all(dev)
        assert signer == upcoming == kids[0] == answer.json()["current"]
        assert kids[2] == current
        assert len(set(kids)) == 3
        verified(token, dev.keys())
    processes = {line.split()[0] for line in server.access_log.lines() if "/v1/token" in line}
    assert len(processes) > 1


@pytest.mark.every_mpm
def test_rotations_at_once(launch_dev):
    dev = Issuer(launch_dev(processes=4))
    before = dev.kids()
    at_once(8, lambda i: dev.rotate().raise_for_status() if i % 2 else dev.signer())
    kids, signer = _seen_by_all(dev)
    assert len(set(kids)) == 3
    assert signer == kids[0]
    assert not set(before) & set(kids)


@pytest.mark.every_mpm
def test_keys_survive_graceful_restarts(launch_dev):
    server = launch_dev()
    dev = Issuer(server)
    dev.rotate().raise_for_status()
    for _ in range(2):
        before = dev.keys()
        server.graceful()
        assert dev.keys() == before
        dev.rotate().raise_for_status()
        kids, _ = _seen_by_all(dev)
        assert kids[0] == before[1]["kid"]


@pytest.mark.every_mpm
def test_warning_at_every_start(launch_dev):
    server = launch_dev()
    assert len(server.error_log.matching(WARNING)) == 1
    server.graceful()
    assert len(server.error_log.matching(WARNING)) == 2


# -- beside the module that it is made for

def test_the_module_trusts_it(launch):
    server = start(launch(lambda s: DEFAULT + trusts(f"http://{s.host}:{s.port}/oauth2/default")
                          + location("/api/whoami"), start=False))
    dev = Issuer(server)
    token = dev.token()
    assert server.get("/api/whoami", token).json()["jti"].startswith("AT.")
    dev.rotate().raise_for_status()
    assert server.get("/api/whoami", dev.token()).status == 200
    assert server.get("/api/whoami", token).status == 200
    assert server.get("/api/whoami", dev.token(dev_key="unpublished")).status == 401


# -- configtest

@pytest.mark.parametrize("line, says", [
    ("OktaDevIssuer ftp://127.0.0.1/oauth2/default", "not an issuer URL"),
    ("OktaDevIssuer http://127.0.0.1/oauth2/default/", "remove the slash"),
    ("OktaDevIssuer http://127.0.0.1/oauth2/default?a=b", "no query"),
    ('OktaDevAudience "two words"', "without spaces"),
    ("OktaDevClient demo", "client secret"),
    ('OktaDevClient demo secret "two words"', "not a scope"),
    ("OktaDevClient demo secret\nOktaDevClient demo another", "declared twice"),
    ("OktaDevTokenLifetime 0", "from 1 to 86400"),
    ("OktaDevTokenLifetime 1h", "from 1 to 86400"),
    ("OktaDevKeysMaxAge -1", "from 0 to 31536000"),
    ("OktaDevRequireDpop demo", "no OktaDevClient line above it"),
    ("OktaDevActor demo", "the sub of each actor"),
    ("OktaDevActor demo agent", "no OktaDevClient line above it"),
    ('OktaDevClient demo secret\nOktaDevActor demo "two words"', "is no sub"),
    ("OktaDevClient demo secret\nOktaDevActor demo a\nOktaDevActor demo b", "declared twice"),
    ("OktaDevAccessPolicy maybe", "must be On or Off")])
def test_configtest_refuses(configtest, line, says):
    result = configtest(dev_lines(*line.split("\n")), okta=False)
    assert not result.ok
    assert says in result.output
    assert line.split("\n")[-1].split()[0] in result.output
    assert "secret" not in result.output.replace("client secret", "")


# -- encrypted tokens

RECIPIENT = jwe.recipient("devserver")


@pytest.fixture(scope="module")
def encrypting(launch_shared, shared_issuer):
    """The development issuer and the module in one httpd."""
    def snippet(s):
        public = s.write("conf/public.pem", RECIPIENT.pem())
        private = jwe.install(s, "conf/private.pem", RECIPIENT)
        url = f"http://127.0.0.1:{s.port}/oauth2/default"
        return (dev_lines("OktaDevClient {} {} api:read".format(*CLIENT), f'OktaDevEncryptTo "{public}"')
                + trusts(url, f'OktaDecryptionKey "{private}"') + location("/api"))
    return start(launch_shared(snippet, start=False))


@pytest.mark.parametrize("algs", ["RSA-OAEP-256 A256GCM", "RSA-OAEP A128GCM", "A192GCM RSA-OAEP-384", "RSA-OAEP-512",
                                  "A128GCM"])
def test_it_encrypts_on_demand(encrypting, algs):
    dev = Issuer(encrypting)
    token = dev.token(dev_encrypt=algs)
    told = json.loads(jwe.from_b64url(token.split(".")[0]))
    assert set(algs.split()) <= {told["alg"], told["enc"]} and told["kid"] == RECIPIENT.kid and told["cty"] == "JWT"
    answer = encrypting.get("/api", token)
    assert answer.status == 200 and answer.json()["cid"] == CLIENT[0]


def test_encryption_has_to_be_asked_for_rightly(encrypting, dev):
    assert Issuer(encrypting).token().count(".") == 2
    refused = Issuer(encrypting).ask(dev_encrypt="RSA1_5")
    assert refused.status_code == 400 and "RSA-OAEP" in refused.json()["error_description"]
    refused = dev.ask(dev_encrypt="A256GCM")
    assert refused.status_code == 400 and "OktaDevEncryptTo" in refused.json()["error_description"]
