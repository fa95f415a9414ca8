#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Validate lyncprobe's JSON against the published schema.

usage: validate_json.py SCHEMA FILE...

A file that ends in .ndjson is read line by line. Besides the schema, every fingerprint that a document mentions has to
be among its certificates, since a schema cannot say so. Exit code 0: all valid; 1: not; 2: cannot check.
"""
import json
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("validate_json.py: needs python3-jsonschema (apt-get install python3-jsonschema)", file=sys.stderr)
    sys.exit(2)

SHOWN = 10  # mistakes per document


def strict(pairs):
    """Refuse a key that stands twice: parsers disagree about which one counts."""
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError("duplicate key in " + ", ".join(keys))
    return dict(pairs)


def no_constant(name):
    raise ValueError(f"{name} is not JSON")


def documents(path):
    """The documents of a file, each with the place to name in a complaint."""
    with open(path, encoding="utf-8") as file:
        texts = [(path, file.read())]
    if path.endswith(".ndjson"):
        lines = texts[0][1].split("\n")
        if lines.pop() != "":
            raise ValueError("the last line is not ended")
        texts = [(f"{path}:{number}", line) for number, line in enumerate(lines, 1)]
    for place, text in texts:
        yield place, json.loads(text, object_pairs_hook=strict, parse_constant=no_constant)


def mentioned(document):
    """Every fingerprint that has to be explained by a certificate."""
    for owner in document.get("endpoints", []) + document.get("identities", []) + document.get("files", []) + [document]:
        for attempt in [owner] + owner.get("variants", []):
            yield from attempt.get("chain", [])
            yield from (attempt.get("chain_facts") or {}).get("path", [])
        yield from (finding["certificate"] for finding in owner.get("findings", []) if finding["certificate"])
    for problem in document.get("summary", {}).get("problems", []):
        if problem["certificate"]:
            yield problem["certificate"]


def mistakes(path, validator):
    known = set()
    for place, document in documents(path):
        errors = sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.absolute_path)))
        for error in errors[:SHOWN]:
            yield f"{place}: {error.json_path}: {error.message[:300]}"
        if errors:
            continue
        known |= set(document.get("certificates", {}))  # a discovery has none
        for fingerprint in sorted(set(mentioned(document)) - known):
            yield f"{place}: certificate {fingerprint} is mentioned and not there"


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    good = True
    for path in arguments[1:]:
        try:
            found = list(mistakes(path, validator))
        except ValueError as error:
            found = [f"{path}: {error}"]
        for mistake in found:
            print(mistake, file=sys.stderr)
        good = good and not found
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
