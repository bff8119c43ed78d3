"""The Python to build on, uv, and virtual environments made from the locks."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

from . import SETUP, cache
from .report import NETWORK_HINT, Problem, run, say, step

VERSION = (3, 11)
UV = "uv==0.13.9"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
LOCKS = (SETUP / "requirements.lock", SETUP / "requirements-oca.lock")


def locks_digest():
    """Return a short hash of the locks."""
    content = b"".join(path.read_bytes() for path in LOCKS)
    return hashlib.sha256(content).hexdigest()[:12]


def interpreter():
    """Return the path of a Python of the right version.

    The system's own comes first: one from a home folder is closed to other users.
    """
    wanted = "python{}.{}".format(*VERSION)
    candidates = (
        f"/usr/bin/{wanted}",
        f"/usr/local/bin/{wanted}",
        shutil.which(wanted),
        sys.executable,
    )
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK) and _version(candidate):
            return Path(candidate)
    raise Problem(
        f"Python {VERSION[0]}.{VERSION[1]} is needed (the pinned packages are built "
        f"for it) and was not found; install it, for example: "
        f"sudo apt-get install {wanted}"
    )


def _version(python):
    """Return whether that interpreter starts and has the wanted version."""
    code = f"import sys; sys.exit(sys.version_info[:2] != {VERSION})"
    try:
        run([python, "-c", code], "asking Python's version")
    except Problem:
        return False
    return True


def build_venv(odoo):
    """Return the folder of the virtual environment that runs this Odoo."""
    key = hashlib.sha256(f"{locks_digest()} {odoo.root} {odoo.version}".encode())
    return cache.build(
        cache.folder() / f"venv-{key.hexdigest()[:12]}",
        lambda path: _make_venv(path, odoo),
    )


def packages(venv):
    """Return the folder of the packages of a virtual environment."""
    return venv / f"lib/python{VERSION[0]}.{VERSION[1]}/site-packages"


def _make_venv(path, odoo):
    """Install the locks into `path` and make Odoo importable there."""
    with step("installing Python packages"):
        if not _install_by_uv(path):
            _install_by_pip(path)
    (packages(path) / "odoo-source.pth").write_text(f"{odoo.root}\n")
    bin_folder = path / "bin"
    (bin_folder / "wkhtmltopdf").symlink_to("wkhtmltopdf-pack")
    # A script, not `python -m odoo`: workers restart Odoo by running argv[0] again.
    launcher = bin_folder / "odoo"
    launcher.write_text(f"#!{bin_folder}/python\nimport odoo.cli\n\nodoo.cli.main()\n")
    launcher.chmod(0o755)


def _install_by_uv(path):
    """Make the environment with uv; return whether that was possible."""
    if not (uv := _find_uv()):
        return False
    environment = _environment()
    if SYSTEM_CERTIFICATES.exists():
        environment.setdefault("UV_SYSTEM_CERTS", "1")
    install = [uv, "pip", "install", "--python", path / "bin/python"]
    try:
        run([uv, "venv", "--python", interpreter(), path], "uv venv", env=environment)
        run([*install, *_requirements()], "uv pip install", env=environment)
    except Problem as problem:
        say(f"    {problem}\n    trying pip instead")
        return False
    return True


def _install_by_pip(path):
    """Make the environment with pip, which takes some minutes."""
    make = [interpreter(), "-m", "venv", "--clear", "--without-pip", path]
    run(make, "making the environment", env=_environment())
    run(
        [*_pip(), "--python", path / "bin/python", "install", *_requirements()],
        "installing Python packages from PyPI",
        NETWORK_HINT,
        env=_environment(),
    )


def _requirements():
    """Return the installers' arguments that name what to install."""
    return ["--no-deps", *(part for lock in LOCKS for part in ("-r", lock))]


def install_apart(path, package):
    """Install one package with nothing else into the folder `path`."""
    run(
        [*_pip(), "install", "--quiet", "--no-deps", "--target", path, package],
        f"installing {package} from PyPI",
        NETWORK_HINT,
        env=_environment(),
    )


def _find_uv():
    """Return the path of uv, fetched from PyPI if needed, or None."""
    if found := shutil.which("uv"):
        return found
    folder = cache.folder() / UV.replace("==", "-")
    if not cache.is_complete(folder):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            install_apart(folder, UV)
        except Problem:
            return None
        (folder / cache.COMPLETE).touch()
    return folder / "bin/uv"


def _pip():
    """Return the command of a pip that works."""
    for python in (sys.executable, interpreter()):
        try:
            run([python, "-m", "pip", "--version"], "asking pip's version")
        except Problem:
            continue
        return [python, "-m", "pip"]
    raise Problem("pip is missing; install with: sudo apt-get install python3-pip")


def _environment():
    """Return the environment for installers: they shall write bytecode."""
    kept = dict(os.environ)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept
