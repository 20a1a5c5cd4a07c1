#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the list of components of a release: CycloneDX 1.5, the same text for the same release and libraries."""

import argparse
import datetime
import hashlib
import json
import re
import subprocess
import sys
import uuid
from pathlib import Path

# pkg-config's name -> (name, license, package of Debian, of Fedora); the names are those of OKTA_NEEDS in configure.ac
LIBRARIES = {
    "apr-1": ("apr", "Apache-2.0", "libapr1", "apr"),
    "apr-util-1": ("apr-util", "Apache-2.0", "libaprutil1", "apr-util"),
    "libcrypto": ("openssl", "Apache-2.0", "libssl3", "openssl-libs"),
    "jansson": ("jansson", "MIT", "libjansson4", "jansson"),
    "libcurl": ("curl", "curl", "libcurl4", "libcurl"),
}
NEED = re.compile(r"^OKTA_NEEDS\(\[\w+\], \[([\w-]+) >= ([\d.]+)\]", re.M)


def said_by(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def library(name, spdx, kind, version, required, packages):
    return {
        "type": kind,
        "bom-ref": name,
        "name": name,
        "version": version,
        "scope": "required",
        "licenses": [{"license": {"id": spdx}}],
        "purl": f"pkg:generic/{name}@{version}",
        "properties": [
            {"name": "mod_auth_okta:required-version", "value": f">= {required}"},
            {"name": "mod_auth_okta:package:debian", "value": packages[0]},
            {"name": "mod_auth_okta:package:fedora", "value": packages[1]},
        ],
    }


def components(configure, apxs):
    needed = NEED.findall(configure)
    if {name for name, _ in needed} != set(LIBRARIES):
        sys.exit("sbom.py: configure.ac's OKTA_NEEDS and LIBRARIES of this file name other libraries: "
                 f"{sorted(name for name, _ in needed)}, {sorted(LIBRARIES)}")
    found = [library("httpd", "Apache-2.0", "application", said_by(apxs, "-q", "HTTPD_VERSION"), "2.4",
                     ("apache2-bin", "httpd-core"))]
    for config, required in needed:
        name, spdx, *packages = LIBRARIES[config]
        found.append(library(name, spdx, "library", said_by("pkg-config", "--modversion", config), required, packages))
    return sorted(found, key=lambda component: component["name"])


def document(tree, release, seconds, apxs):
    configure = (tree / "configure.ac").read_text()
    name, version = re.search(r"^AC_INIT\(\[(.*?)\], \[(.*?)\]\)", configure, re.M).groups()
    digest = hashlib.sha256(release.read_bytes()).hexdigest()
    linked = components(configure, apxs)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        # a name of the contents: the same release has the same number
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, 'sha256:' + digest)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "library",
                "bom-ref": name,
                "name": name,
                "version": version,
                "description": "Apache httpd module that protects APIs with Okta access tokens, and okta-token",
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "purl": f"pkg:generic/{name}@{version}",
                "hashes": [{"alg": "SHA-256", "content": digest}],
                "properties": [{"name": "mod_auth_okta:file", "value": release.name}],
            },
        },
        "components": linked,
        "dependencies": [{"ref": name, "dependsOn": [component["bom-ref"] for component in linked]}]
        + [{"ref": component["bom-ref"]} for component in linked],
    }


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tree", type=Path, required=True)
    options.add_argument("--release", type=Path, required=True, help="the tarball")
    options.add_argument("--time", type=int, required=True, help="seconds of the epoch")
    options.add_argument("--apxs", default="apxs")
    asked = options.parse_args()
    print(json.dumps(document(asked.tree, asked.release, asked.time, asked.apxs), indent=2))


if __name__ == "__main__":
    main()
