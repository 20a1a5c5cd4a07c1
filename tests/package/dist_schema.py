# SPDX-License-Identifier: Apache-2.0
"""CycloneDX's own schema, as the npm package of its authors has it: fetched once, and known by its digest."""

import hashlib
import io
import json
import subprocess
import tarfile
from functools import lru_cache

import jsonschema
from bases import TOP

PACKAGE = "@cyclonedx/cyclonedx-library@6.11.0"
SHA256 = "ef499905be0badc3a8df6604e0257296c0f61c60cf492a97deab4d89b3d8ed8b"
CACHE = TOP / "build" / "package" / "schema"
BASE = "http://cyclonedx.org/schema/"


def _package():
    found = CACHE / "cyclonedx-cyclonedx-library-6.11.0.tgz"
    if not found.is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=CACHE, capture_output=True, text=True)
        assert done.returncode == 0, f"npm cannot fetch {PACKAGE}, which has CycloneDX's schema: {done.stderr}"
    content = found.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256, f"{found} is another file than {PACKAGE}: remove it"
    return content


@lru_cache
def _schema(name):
    with tarfile.open(fileobj=io.BytesIO(_package())) as archive:
        return json.load(archive.extractfile(f"package/res/schema/{name}.SNAPSHOT.schema.json"))


def cyclonedx():
    return _schema("bom-1.5")


def resolver():
    """The schema names two others, which come in the same package."""
    others = {f"{BASE}{name}.{kind}": _schema(name) for name in ("spdx", "jsf-0.82")
              for kind in ("schema.json", "SNAPSHOT.schema.json")}
    return jsonschema.RefResolver.from_schema(cyclonedx(), store=others)
