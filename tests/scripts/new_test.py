#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""scripts/new in a copy of the tree: what it writes is listed, formatted and compiles, and nothing is overwritten.

Usage: tests/scripts/new_test.py COMPILER
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPIED = ["src", "probes", "scripts", "tests/unit", "tests/support", "tests/fuzz", "tests/cases", "tests/golden", ".clang-format"]
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-Werror",
         '-DLYNCPROBE_VERSION="0"', '-DLYNCPROBE_SOURCE_DIR="."']

problems = []


def expect(true, what):
    if not true:
        problems.append(what)


def new(tree, *arguments):
    return subprocess.run([sys.executable, tree / "scripts/new", *arguments], capture_output=True, text=True, check=False)


def written(tree, *arguments):
    done = new(tree, *arguments)
    expect(done.returncode == 0, f"{arguments}: {done.stderr}")
    return [tree / line.split(" ", 1)[1] for line in done.stdout.splitlines() if line.startswith(("written ", "changed "))]


def check_sources(tree, compiler, files):
    sources = [path for path in files if path.suffix in (".h", ".cpp")]
    formatter = shutil.which("clang-format-14")  # other versions format otherwise
    if formatter:
        done = subprocess.run([formatter, "--dry-run", "-Werror", *sources], capture_output=True, text=True, check=False)
        expect(done.returncode == 0, done.stderr)
    includes = ["-I", tree / "src", "-I", tree, "-I", tree / "tests"]
    for source in sources:
        if source.suffix != ".cpp":
            continue
        done = subprocess.run([compiler, *FLAGS, *includes, source], capture_output=True, text=True, check=False)
        expect(done.returncode == 0, f"{source.name}: {done.stderr}")


def check_refusals(tree):
    before = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    for arguments in ([], ["rule", "no-folder"], ["rule", "nowhere", "new-id"], ["rule", "chain", "chain-order"],
                      ["rule", "chain", "Not_An_Id"], ["probe", "sip"], ["probe", "x", "0"], ["format", "json"],
                      ["format", "../x"], ["song", "x"]):
        done = new(tree, *arguments)
        expect(done.returncode != 0 and done.stderr, f"{arguments} was taken")
    after = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    expect(before == after, "a refused call changed a file")


def main():
    compiler = sys.argv[1] if len(sys.argv) > 1 else "c++"
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder)
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, tree / name)
        check_refusals(tree)
        files = set()
        calls = [["rule", "server_certificate", "shiny-new"], ["rule", "deployment", "all-shiny"],
                 ["rule", "dns", "shiny-record"], ["probe", "shiny-talk", "4711"]]
        if (tree / "src/report/formats").is_dir():
            calls += [["format", "shiny", "shn"], ["format", "prometheus"]]
        for arguments in calls:
            files.update(written(tree, *arguments))
        check_sources(tree, compiler, sorted(files))
        for path, row in {
            "src/rules/engine/all.h": "    X(all_shiny)",
            "probes/all.cpp": "shiny_talk};",
            "src/model/vocabulary.cpp": "case Probe::shiny_talk: return 4711;",
            "tests/fuzz/CMakeLists.txt": "lyncprobe_fuzz(shiny_talk LINKS lyncprobe_probes)",
            "tests/cases/generate": 'case("shiny-new/good-chain"',
        }.items():
            expect(row in (tree / path).read_text(encoding="utf-8"), f"{path} has no row {row!r}")
        if len(calls) == 6:
            table = (tree / "src/report/format.cpp").read_text(encoding="utf-8")
            expect('{.name = "prometheus", .ending = "prom", .write = write_prometheus}' in table, "prometheus has no row")
        done = subprocess.run([sys.executable, tree / "scripts/check-structure"], capture_output=True, text=True, check=False)
        expect(done.returncode == 0, done.stdout)
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


main()
