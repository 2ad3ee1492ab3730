"""Reads a Dockerfile as far as ours goes: stages, instructions, JSON and `key=value` arguments. No heredocs."""

import json
import pathlib
import shlex


class Stage:
    """One FROM and what follows it: `(name, argument)` pairs, continued lines joined, comments left out."""

    def __init__(self, argument):
        words = argument.split()
        self.image, self.name = words[0], words[2] if len(words) == 3 and words[1].upper() == "AS" else None
        self.instructions = []

    def all(self, name):
        return [argument for found, argument in self.instructions if found == name]

    def one(self, name):
        [argument] = self.all(name)
        return argument

    def pairs(self, name):
        """All `key=value` arguments of an instruction that has those: ENV, LABEL."""
        return dict(word.split("=", 1) for argument in self.all(name) for word in shlex.split(argument))

    def words(self, name):
        """The command of an instruction in exec form; fails when it is in shell form."""
        return json.loads(self.one(name))

    @property
    def health_command(self):
        options, command = self.one("HEALTHCHECK").split("CMD", 1)
        return json.loads(command)

    @property
    def health_options(self):
        return dict(word.removeprefix("--").split("=", 1) for word in self.one("HEALTHCHECK").split("CMD")[0].split())


def stages(path):
    """The stages of a Dockerfile, in order."""
    found, waiting = [], ""
    for line in pathlib.Path(path).read_text().splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        waiting += line.strip()
        if waiting.endswith("\\"):
            waiting = waiting[:-1]
            continue
        name, _, argument = waiting.partition(" ")
        waiting = ""
        if name.upper() == "FROM":
            found.append(Stage(argument))
        else:
            found[-1].instructions.append((name.upper(), argument.strip()))
    return found
