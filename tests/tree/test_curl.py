# SPDX-License-Identifier: Apache-2.0
"""Options of libcurl that have defaults of the machine's are never set to NULL: from 8.21 on that brings the default back."""

import re

from tree import SRC, files

OF_THE_MACHINE = {"CAINFO", "CAPATH", "PROXY_CAINFO", "PROXY_CAPATH"}


def _set():
    for layer in ("fetch", "cli", "httpd", "devserver"):
        for path in files(layer, ".c"):
            for option, value in re.findall(r"curl_easy_setopt\(\s*\w+,\s*CURLOPT_(\w+),\s*([^;]*?)\)\s*[;)=!]",
                                            path.read_text()):
                yield str(path.relative_to(SRC)), option, value


def test_no_authority_comes_back_by_null():
    of_the_machine = [entry for entry in _set() if entry[1] in OF_THE_MACHINE]
    assert len(of_the_machine) >= 6
    assert [entry for entry in of_the_machine if entry[2] == "NULL"] == []
