"""Where Odoo 19 comes from: a checkout, an installed package, or Debian's."""

import ast
import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import cache, debian, python
from .report import Problem, say, step

SERIES = "19.0"
DEBIAN_VERSION = "19.0.0+dfsg-1"
DEBIAN_SHA256 = "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf"
REMEDY = f"; set ODOO_SRC to a checkout of Odoo, branch {SERIES}."
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
        debian.unpack(package, path, UNWANTED)
        for other in downloads.glob("*.deb"):
            if other != package:
                debian.unpack(other, path)
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
    version = debian.version(package)
    if version != DEBIAN_VERSION:
        say(f"    warning: Debian now has {version}, tested was {DEBIAN_VERSION}")
    elif hashlib.sha256(package.read_bytes()).hexdigest() != DEBIAN_SHA256:
        raise Problem(f"{package.name} differs from the one known; run again.")
    return version


def _download(folder):
    """Download the packages into `folder`."""
    address, release = debian.mirror(REMEDY)
    apt = debian.Apt(folder, address, dict.fromkeys(("sid", release)))
    names = ["fonts-montserrat/sid", *(f"{n}/{release}" for n in FONTS_AND_SCRIPTS)]
    try:
        apt.download([*names, f"odoo-19={DEBIAN_VERSION}"], "Odoo")
    except Problem:
        apt.download([*names, "odoo-19"], "Odoo")
