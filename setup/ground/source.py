"""Where Odoo 19 comes from: a checkout, an installed package, or Debian's."""

import ast
import hashlib
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import cache, python
from .report import NETWORK_HINT, Problem, run, say, step

SERIES = "19.0"
DEBIAN_VERSION = "19.0.0+dfsg-1"
DEBIAN_SHA256 = "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# What Odoo's links point to; all but the first exist in every release of Debian.
FONTS_AND_SCRIPTS = (
    "fonts-font-awesome",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
# Dutch, Polish and German are shipped; the other languages are two thirds of the size.
UNWANTED = (
    "*/dist-packages/addons",
    "*/dist-packages/setup",
    "./usr/share/doc",
    "*/i18n/[!npd]*.po",
    "*/i18n/n[!l]*.po",
    "*/i18n/p[!l]*.po",
    "*/i18n/d[!e]*.po",
)
DIST_PACKAGES = "usr/lib/python3/dist-packages"
# Debian leaves this library out; without the file every page logs an error.
MISSING_SCRIPT = (
    "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
)


@dataclass(frozen=True)
class Odoo:
    """An Odoo that can be imported from `root`; `addons` are further addon folders."""

    version: str
    root: Path
    addons: tuple[Path, ...] = ()


def find():
    """Return the Odoo to use; fetch Debian's package when there is no other."""
    if checkout := os.environ.get("ODOO_SRC"):
        return _from_checkout(Path(checkout).expanduser().absolute())
    return _importable() or _from_debian()


def _from_checkout(folder):
    """Return the Odoo of a git checkout; raise Problem if it is not Odoo 19."""
    series = _series(folder)
    if series != SERIES:
        found = f"holds Odoo {series}" if series else "holds no Odoo"
        raise Problem(
            f"ODOO_SRC={folder} {found}; check out branch {SERIES} there, or unset "
            "ODOO_SRC to use Debian's package."
        )
    extra = folder / "addons"
    return Odoo(SERIES, folder, (extra,) if extra.is_dir() else ())


def _series(folder):
    """Return the series of the Odoo below `folder` ("19.0"), or None."""
    try:
        text = (folder / "odoo/release.py").read_text()
    except OSError:
        return None
    found = re.search(r"^version_info = \((\d+), (\d+)", text, re.MULTILINE)
    return "{}.{}".format(*found.groups()) if found else None


def _importable():
    """Return the Odoo 19 that the interpreter already knows, or None."""
    code = "import odoo.release; print([odoo.release.__file__])"
    done = subprocess.run(
        [python.interpreter(), "-c", code],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return None
    root = Path(ast.literal_eval(done.stdout)[0]).parent.parent
    if (series := _series(root)) != SERIES:
        say(f"    ignoring the installed Odoo {series}: {SERIES} is needed")
        return None
    return Odoo(SERIES, root)


def _from_debian():
    """Return the Odoo unpacked from Debian's package, the pinned one if possible."""
    folder = cache.folder()
    pinned = folder / f"odoo-{DEBIAN_VERSION}"
    ready = [path for path in sorted(folder.glob("odoo-*")) if cache.is_complete(path)]
    if pinned not in ready and ready:
        return _unpacked(ready[-1])
    return _unpacked(cache.build(pinned, _fetch_and_unpack))


def _unpacked(path):
    """Return the Odoo in a folder made by `_fetch_and_unpack`."""
    return Odoo((path / "version").read_text(), path / DIST_PACKAGES)


def _fetch_and_unpack(path):
    """Fill `path` with Debian's Odoo and what it links to."""
    downloads = path / "downloads"
    downloads.mkdir()
    with step("fetching Odoo from Debian"):
        _download(downloads)
    package = next(downloads.glob("odoo-19_*.deb"))
    version = _checked_version(package)
    with step("unpacking Odoo"):
        _unpack(package, path, UNWANTED)
        for other in downloads.glob("*.deb"):
            if other != package:
                _unpack(other, path)
        script = path / DIST_PACKAGES / MISSING_SCRIPT
        if not script.exists():
            script.parent.mkdir(parents=True, exist_ok=True)
            script.write_text("// Left out by Debian; only background blur uses it.\n")
    dangling = [item for item in path.rglob("*") if not item.exists()]
    if dangling:
        raise Problem(
            f"Debian's Odoo {version} links to files that are not there, "
            f"for example {dangling[0]}; set ODOO_SRC to a checkout of Odoo instead."
        )
    shutil.rmtree(downloads)
    (path / "version").write_text(version)


def _checked_version(package):
    """Return the version of a .deb; raise Problem if the pinned one is altered."""
    version = run(["dpkg-deb", "-f", package, "Version"], "reading the package").strip()
    if version != DEBIAN_VERSION:
        say(f"    warning: Debian now has {version}, tested was {DEBIAN_VERSION}")
    elif hashlib.sha256(package.read_bytes()).hexdigest() != DEBIAN_SHA256:
        raise Problem(f"{package.name} differs from the one known; run again.")
    return version


def _unpack(package, path, unwanted=()):
    """Unpack a .deb below `path`, leaving out what matches `unwanted`."""
    excluded = " ".join(shlex.quote(f"--exclude={pattern}") for pattern in unwanted)
    source, target = shlex.quote(str(package)), shlex.quote(str(path))
    pipe = (
        f"set -o pipefail; dpkg-deb --fsys-tarfile {source}"
        f" | tar -x --no-same-owner -C {target} --wildcards {excluded}"
    )
    run(["bash", "-c", pipe], f"unpacking {package.name}")


def _download(folder):
    """Download the packages with an apt of our own: the system is not touched."""
    mirror, release = _mirror()
    apt = _private_apt(folder / "apt", mirror, release)
    update = ["apt-get", "update", "-o", "APT::Update::Error-Mode=any"]
    what = "reading Debian's package lists"
    run(update, what, NETWORK_HINT, env=apt, cwd=folder)
    names = ["fonts-montserrat/sid", *(f"{n}/{release}" for n in FONTS_AND_SCRIPTS)]
    download = ["apt-get", "download", *names]
    try:
        run(
            [*download, f"odoo-19={DEBIAN_VERSION}"],
            "downloading Odoo",
            env=apt,
            cwd=folder,
        )
    except Problem:
        run([*download, "odoo-19"], "downloading Odoo", env=apt, cwd=folder)


def _mirror():
    """Return the address and the release of the Debian that this machine uses."""
    if not (shutil.which("apt-get") and KEYRING.exists()):
        raise Problem(
            "Odoo is fetched as a Debian package and this is not a Debian system; "
            f"set ODOO_SRC to a checkout of Odoo, branch {SERIES}."
        )
    listed = run(["apt-get", "update", "--print-uris"], "reading apt's sources")
    pattern = r"'(\S+/debian)/+dists/([a-z]+)/(?:In)?Release"
    found = re.search(pattern, listed)
    if not found:
        raise Problem(
            "apt's sources name no Debian mirror; add one, or set ODOO_SRC to a "
            f"checkout of Odoo, branch {SERIES}."
        )
    return found.groups()


def _private_apt(folder, mirror, release):
    """Return the environment of an apt that knows sid beside the own release."""
    for name in ("lists/partial", "cache/archives/partial", "empty"):
        (folder / name).mkdir(parents=True)
    sources = folder / "sources.list"
    sources.write_text(
        "".join(
            f"deb [signed-by={KEYRING}] {mirror} {suite} main\n"
            for suite in dict.fromkeys(("sid", release))
        )
    )
    settings = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": folder / "empty",
        "Dir::Etc::preferencesparts": folder / "empty",
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
    }
    config = folder / "apt.conf"
    config.write_text("".join(f'{k} "{v}";\n' for k, v in settings.items()))
    return {**os.environ, "APT_CONFIG": str(config)}
