# SPDX-License-Identifier: Apache-2.0
"""A CGI program that answers with its environment, for what a back end sees."""

# A shell and coreutils: starts in a millisecond, and env -0 keeps any value apart. It reads its input first: a script
# that leaves a body unread makes mod_cgid's socket end in a reset, and the answer is lost.
ENV_SCRIPT = """\
#!/bin/sh
cat >/dev/null
printf 'Content-Type: application/octet-stream\\r\\n\\r\\n'
exec /usr/bin/env -0
"""


def install(root):
    """Put the script into the server root and return its path; `ScriptAlias /env <path>` serves it."""
    folder = root / "cgi-bin"
    folder.mkdir(exist_ok=True)
    script = folder / "env"
    script.write_text(ENV_SCRIPT)
    script.chmod(0o755)
    return script
