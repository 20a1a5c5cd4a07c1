# SPDX-License-Identifier: Apache-2.0
"""What an engine does with Containerfile, as far as that file needs it: for each stage a folder, in a bare chroot."""

import json
import os
import shlex
import shutil

import bases

SYSTEM = {name: bases.ENVIRONMENT[name] for name in ("PATH", "LC_ALL")}


def instructions(path):
    """(name, argument) for each."""
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", "").split("\n"):
        name, _, argument = line.partition(" ")
        yield name, argument.strip()


class Stage:
    """One FROM, and what was said until the next. Its root is a folder."""

    def __init__(self, root, image):
        self.root = root
        self.environment = dict(SYSTEM)
        self.folder = "/"
        self.user = "0:0"
        self.volumes = []
        self.said = {}
        bases.Bases(image.removeprefix("debian:").removesuffix("-slim")).copy(root)

    def inside(self, script):
        environment = [f"{name}={value}" for name, value in self.environment.items()]
        bases.inside(self.root, "env", *environment, "sh", "-c", f"cd {shlex.quote(self.folder)} && {script}")

    def put(self, source, target):
        """COPY of a file, or of the contents of a folder."""
        place = self.root / target.lstrip("/")
        if source.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            bases.run(["cp", "-a", f"{source}/.", place])
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place)


def build(path, work):
    """The last stage of the file."""
    given = work / "context"
    bases.tree(given)
    stages, stage = {}, None
    for name, argument in instructions(path):
        words = argument.split()
        if name == "FROM":
            title = words[2] if len(words) == 3 else f"stage-{len(stages)}"
            stage = stages[title] = Stage(work / title, words[0])
        elif name == "RUN":
            stage.inside(argument)
        elif name == "COPY":
            place = given
            if words[0].startswith("--from="):
                place = stages[words.pop(0).removeprefix("--from=")].root
            stage.put(place / words[0].lstrip("/"), words[1])
        elif name == "ENV":
            variable, _, value = argument.partition("=")
            stage.environment[variable] = value
        elif name == "WORKDIR":
            stage.folder = argument
        elif name == "USER":
            stage.user = argument
        elif name == "VOLUME":
            stage.volumes.append(argument)
        elif name in ("EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "CMD"):
            stage.said[name] = argument
        else:
            raise AssertionError(f"{path}: {name} is not known here")
    return stage


class Container:
    """How an engine would run the stage: its user, a root that is read-only, volumes as the image has them."""

    def __init__(self, stage):
        self.stage = stage

    def command(self, *more, **environment):
        root, stage = self.stage.root, self.stage
        mounts = [f"mount --bind {root} {root}", f"mount -t proc proc {root}/proc", f"mount --rbind /dev {root}/dev"]
        for volume in stage.volumes:
            made = os.stat(root / volume.lstrip("/"))
            options = f"mode={made.st_mode & 0o7777:o},uid={made.st_uid},gid={made.st_gid}"
            mounts.append(f"mount -t tmpfs -o {options} none {root}{volume}")
        mounts.append(f"mount -o remount,bind,ro {root}")
        variables = [f"{name}={value}" for name, value in (stage.environment | environment).items()]
        # a process of its own for httpd alone: exec throughout
        return ["unshare", "--mount", "sh", "-euc", " && ".join(mounts) + ' && exec chroot "$@"', "sh",
                f"--userspec={stage.user}", "--groups=", str(root), "env", "-i", *variables,
                *json.loads(stage.said["CMD"]), *more]

    def healthcheck(self):
        """The command of HEALTHCHECK, in the root of the image."""
        script = self.stage.said["HEALTHCHECK"].partition(" CMD ")[2]
        return ["chroot", f"--userspec={self.stage.user}", str(self.stage.root), "sh", "-c", script]
