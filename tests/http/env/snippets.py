# SPDX-License-Identifier: Apache-2.0
"""httpd.conf text that many tests need."""


def trusts(issuer, *more, audience="api://default"):
    """Server-level lines for loopback issuers (one, or a list)."""
    issuers = issuer if isinstance(issuer, (list, tuple)) else [issuer]
    urls = " ".join(getattr(i, "url", i) for i in issuers)
    lines = ["OktaInsecureHttp On"] if "http://" in urls else []
    lines.append(f"OktaIssuer {urls}")
    if audience:
        lines.append(f"OktaAudience {audience}")
    return "\n".join([*lines, *more]) + "\n"


def location(path, *lines, require="valid-user", handler="okta-whoami", realm="api"):
    """A location behind AuthType Okta; handler and require may be None."""
    inside = ["AuthType Okta"]
    if realm:
        inside.append(f'AuthName "{realm}"')
    if require:
        inside.append(f"Require {require}")
    if handler:
        inside.append(f"SetHandler {handler}")
    inside.extend(lines)
    body = "\n".join(f"    {line}" for line in inside)
    return f"<Location {path}>\n{body}\n</Location>\n"


def env_location(server, path, *lines, require="valid-user"):
    """The env script behind AuthType Okta at a path."""
    return (f'ScriptAlias {path} "{server.env_script}"\n'
            + location(path, *lines, require=require, handler=None))


def env_directory(server):
    """Access to the script's folder itself; the locations above it decide about requests."""
    return f'<Directory "{server.root}/cgi-bin">\n    Require all granted\n</Directory>\n'
