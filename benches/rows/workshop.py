"""Where things are built and run, and how a figure is taken."""

import dataclasses
import functools
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "target"
# The short form measures nothing: it takes what the tests have built.
PROFILE = "debug" if "--short" in sys.argv else "release"
BINARIES = TARGET / PROFILE
FUNCTION = BINARIES / "scim-key-lifecycle"
PEERS = ROOT / "benches" / "peers"
INSTALLED = TARGET / "peers"
PYTHON = INSTALLED / "python" / "bin" / "python"
MANIFEST = ROOT / "benches" / "Cargo.toml"


def run(*command, env=None, cwd=ROOT):
    """What the command prints; it must succeed. A variable that is None is taken away."""
    variables = {name: value for name, value in (os.environ | (env or {})).items() if value is not None}
    if not shutil.which(command[0]):
        raise SystemExit(f"{command[0]} is not there: benches/ledger.py says what it needs")
    ran = subprocess.run([str(word) for word in command], cwd=cwd, env=variables, stdout=subprocess.PIPE, text=True)
    if ran.returncode != 0:
        raise SystemExit(f"FAILED: {' '.join(str(word) for word in command)}")
    return ran.stdout


def bench(program, *arguments, env=None):
    """The object that one of our measuring programs prints."""
    return json.loads(run(BINARIES / program, *arguments, env=env))


def prepare():
    """Builds the function and the measuring programs."""
    profile = [] if PROFILE == "debug" else ["--release"]
    for package in (ROOT / "Cargo.toml", MANIFEST):
        run("cargo", "build", "--quiet", "--locked", *profile, "--target-dir", TARGET, "--manifest-path", package)


@functools.cache
def python():
    """Installs the Python peer, and returns its interpreter."""
    wanted, had = PEERS / "python" / "requirements.txt", INSTALLED / "python" / "requirements.txt"
    if not had.exists() or had.read_text() != wanted.read_text():
        run("python3", "-m", "venv", "--clear", INSTALLED / "python")
        run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", wanted)
        shutil.copy(wanted, had)
    return PYTHON


@functools.cache
def node():
    """Installs the Node peer, and returns the folder that its programs run in."""
    place = INSTALLED / "node"
    place.mkdir(parents=True, exist_ok=True)
    for file in (PEERS / "node").iterdir():
        shutil.copy(file, place)
    run("npm", "ci", "--loglevel", "error", "--no-audit", "--no-fund", cwd=place)
    return place


@functools.cache
def tencent_sdk():
    """Builds the peer in Rust, and returns its program. The crate keeps its signing to itself: in a copy it is public."""
    place = INSTALLED / "rust"
    shutil.rmtree(place / "src", ignore_errors=True)
    shutil.copytree(PEERS / "rust", place, dirs_exist_ok=True)
    packages = json.loads(run("cargo", "metadata", "--format-version", 1, "--locked", cwd=place))["packages"]
    manifest = next(package["manifest_path"] for package in packages if package["name"] == "tencent-sdk")
    copy = INSTALLED / "tencent-sdk"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(pathlib.Path(manifest).parent, copy)
    for file, private in (("src/lib.rs", "mod signing;"), ("src/signing.rs", "pub(crate) ")):
        text = (copy / file).read_text()
        public = f"pub {private}" if private.startswith("mod") else "pub "
        assert private in text, f"tencent-sdk's {file} is another one"
        (copy / file).write_text(text.replace(private, public))
    patch = f'patch.crates-io.tencent-sdk.path="{copy}"'
    run("cargo", "build", "--quiet", "--release", "--target-dir", INSTALLED / "rust-target", "--config", patch, cwd=place)
    return INSTALLED / "rust-target" / "release" / "sign"


@functools.cache
def handshake():
    """Builds the peers of the TLS row, and returns their program."""
    manifest = PEERS / "tls" / "Cargo.toml"
    target = INSTALLED / "tls-target"
    run("cargo", "build", "--quiet", "--release", "--locked", "--target-dir", target, "--manifest-path", manifest)
    return target / "release" / "handshake"


@dataclasses.dataclass(frozen=True)
class Figure:
    """A median, and the range that it comes from."""

    samples: tuple
    unit: str

    @property
    def median(self):
        return statistics.median(self.samples)

    def __str__(self):
        low, high = min(self.samples), max(self.samples)
        extent = f" ({digits(low)} to {digits(high)})" if len(self.samples) > 1 else ""
        return f"{digits(self.median)} {self.unit}{extent}"


def ratio(one, other):
    """How many times `other` the figure `one` is: the median of what each round of `in_turn` says, with its quartiles."""
    return Ratio(tuple(this / that for this, that in zip(one.samples, other.samples, strict=True)))


@dataclasses.dataclass(frozen=True)
class Ratio:
    """The rounds' own ratios: a machine that slows a round down slows both."""

    samples: tuple

    @property
    def median(self):
        return statistics.median(self.samples)

    def __str__(self):
        low, _, high = statistics.quantiles(self.samples, n=4) if len(self.samples) > 1 else self.samples * 3
        return f"{digits(self.median)} x ({digits(low)} to {digits(high)})"


def digits(number):
    """With three digits that count."""
    if number == 0 or abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def figure(samples, unit, scale=1):
    return Figure(tuple(sample * scale for sample in samples), unit)


def in_turn(rounds, takes):
    """Takes one sample of each in every round, so that what the machine does meanwhile meets them all alike."""
    samples = {name: [] for name in takes}
    for take in takes.values():
        take()  # once for the disk's cache
    for _ in range(rounds):
        for name, take in takes.items():
            samples[name].append(take())
    return samples
