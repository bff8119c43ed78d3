"""A WordPress that runs for a while, to see our forms on the pages of others.

WordPress, PHP and MariaDB are Debian's, unpacked in the cache: nothing is installed, and
no web server. A set-up site lies there too; each start works on a copy of its database.
"""

import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from . import SETUP, cache, debian
from .process import started
from .report import Problem, run, say, step

VERSION = "6.1.9+dfsg1-0+deb12u1"
# For WordPress and what it links to, without the web server that it asks for.
WORDPRESS = (
    "libjs-cropper",
    "libjs-underscore",
    "php-getid3",
    "wordpress-l10n",
    "wordpress-theme-twentytwentythree",
)
SERVERS = (
    "mariadb-client-core",
    "mariadb-server-core",
    "php-cli",
    "php-gd",
    "php-mbstring",
    "php-mysql",
    "php-xml",
)
# Of one kind: a machine's own is of no use to the rest of what is fetched.
FAMILIES = ("libaio", "libmariadb", "liburing", "mariadb", "mysql", "php")
UNWANTED = ("./usr/share/doc", "./usr/share/man")
PHP = SETUP / "ground/php"
# Order matters: mysqlnd and dom are asked for by others.
EXTENSIONS = (
    "mysqlnd",
    "mysqli",
    "dom",
    "xml",
    "simplexml",
    "xmlreader",
    "xmlwriter",
    "ctype",
    "exif",
    "fileinfo",
    "gd",
    "iconv",
    "mbstring",
    "tokenizer",
)
PHP_INI = """
extension_dir = {folder}
zend_extension = opcache
opcache.enable_cli = 1
memory_limit = 256M
sendmail_path = /bin/false
display_errors = 0
log_errors = 1
{extensions}
"""
HOST = "127.0.0.1"
SECONDS_TO_START = 60


class Unavailable(Problem):
    """The packages cannot be had on this machine."""


@dataclass(frozen=True)
class Site:
    """A running WordPress with the users `admin` and `author`, passwords the same."""

    url: str
    programs: "_Programs"
    environment: dict
    server: subprocess.Popen

    def publish(self, user, title, content, kind="pages"):
        """Publish a page, or one of the `posts`, as a user; return its address."""
        values = {"title": title, "content": content, "status": "publish"}
        return self.ask(user, f"/wp/v2/{kind}", **values)["link"]

    def write_footer(self, content):
        """Write the footer of every page, as an administrator does in the editor."""
        self.ask(
            "admin", "/wp/v2/template-parts/twentytwentythree//footer", content=content
        )

    def speak(self, language):
        """Choose the language of the site, as `nl_NL`; English is empty."""
        self.ask("admin", "/wp/v2/settings", language=language)

    def wait(self):
        """Return when the web server has ended."""
        self.server.wait()

    def ask(self, user, route, **values):
        """Ask WordPress's own interface as a user; return the answer."""
        asked = {"user": user, "route": route, "values": values}
        return json.loads(self.programs.php("ask.php", self.environment, asked))


@contextlib.contextmanager
def running(port=0):
    """Yield a Site of its own, on any port that is free or on this one.

    Raises Unavailable where the packages cannot be had.
    """
    programs = _Programs(cache.build(cache.folder() / f"wordpress-{VERSION}", _fetch))
    template = cache.build(
        cache.folder() / f"wordpress-site-{_get_digest()}",
        lambda path: _set_up(path, programs),
    )
    with tempfile.TemporaryDirectory(prefix="aftersales-wordpress-") as name:
        folder = Path(name)
        run(["cp", "-a", template / "data", folder], "copying the site's database")
        with programs.database(folder), programs.serving(folder, port) as site:
            yield site


def _get_digest():
    """Return a short name for how a site is set up."""
    files = sorted(PHP.iterdir())
    content = b"".join(path.read_bytes() for path in files) + VERSION.encode()
    return hashlib.sha256(content).hexdigest()[:12]


# === Made once === #


def _fetch(path):
    """Fill `path` with the programs and WordPress."""
    downloads = path / "downloads"
    downloads.mkdir()
    with step("fetching WordPress, PHP and MariaDB from Debian"):
        try:
            _download(downloads)
        except Problem as problem:
            raise Unavailable(f"WordPress cannot be had here: {problem}") from problem
    with step("unpacking WordPress"):
        for package in sorted(downloads.glob("*.deb")):
            debian.unpack(package, path, UNWANTED)
        shutil.rmtree(downloads)
        _place_site(path)


def _download(folder):
    address, release = debian.mirror(", or leave out what needs WordPress.")
    apt = debian.Apt(folder, address, (release,))
    names = [*WORDPRESS, *apt.needs(SERVERS, FAMILIES)]
    try:
        apt.download([*names, f"wordpress={VERSION}"], "WordPress")
    except Problem:
        apt.download([*names, "wordpress"], "WordPress")
        newest = debian.version(next(folder.glob("wordpress_*.deb")))
        say(f"    warning: Debian has WordPress {newest}, tested was {VERSION}")


def _place_site(path):
    """Bring together what Debian spreads over the system, and say where PHP finds it."""
    site = path / "usr/share/wordpress"
    for link in path.rglob("*"):
        if link.is_symlink() and link.readlink().is_absolute():
            target = path / str(link.readlink()).lstrip("/")
            link.unlink()
            if target.exists():
                link.symlink_to(os.path.relpath(target, link.parent))
    (site / "wp-config.php").unlink(missing_ok=True)
    shutil.copy(PHP / "wp-config.php", site)
    folder = next(path.glob("usr/lib/php/2*"))
    extensions = "\n".join(f"extension = {name}" for name in EXTENSIONS)
    ini = PHP_INI.format(folder=folder, extensions=extensions)
    (path / "php.ini").write_text(ini)


def _set_up(path, programs):
    """Fill `path` with the database of a site that was set up."""
    with step("setting up a WordPress site"):
        programs.make_database(path)
        with programs.database(path):
            programs.sql(path, "CREATE DATABASE wordpress CHARACTER SET utf8mb4")
            environment = programs.site_environment(path, f"http://{HOST}")
            programs.php("install.php", environment)


# === Programs === #


@dataclass(frozen=True)
class _Programs:
    """What was unpacked in `root`."""

    root: Path

    @property
    def site(self):
        return self.root / "usr/share/wordpress"

    @property
    def environment(self):
        libraries = next(self.root.glob("usr/lib/*-linux-gnu*"))
        # The machine's own settings of PHP, if any, are not for this one.
        return {
            **os.environ,
            "LD_LIBRARY_PATH": str(libraries),
            "PHP_INI_SCAN_DIR": str(self.root / "no-settings"),
        }

    def site_environment(self, folder, url):
        """Return the variables that tell WordPress where it runs."""
        return {
            **self.environment,
            "AFTERSALES_WORDPRESS_SOCKET": str(folder / "socket"),
            "AFTERSALES_WORDPRESS_URL": url,
        }

    def php(self, script, environment, asked=None):
        """Run one of our scripts in the site and return what it prints."""
        with tempfile.TemporaryFile("w+") as typed:
            json.dump(asked, typed)
            typed.seek(0)
            return run(
                [*self._php(), PHP / script],
                f"WordPress ({script})",
                cwd=self.site,
                env=environment,
                stdin=typed,
            )

    def _php(self):
        program = next(self.root.glob("usr/bin/php[0-9]*"))
        return [program, "-c", self.root / "php.ini"]

    def make_database(self, folder):
        """Make an empty MariaDB in `folder`."""
        make = [self.root / "usr/bin/mariadb-install-db", *self._database(folder)]
        more = ["--auth-root-authentication-method=normal", "--cross-bootstrap"]
        run(
            [*make, *more, "--skip-test-db"],
            "making a MariaDB",
            env=self.environment,
        )

    @contextlib.contextmanager
    def database(self, folder):
        """Run the MariaDB in `folder`, reached by a socket there and by no port."""
        command = [self.root / "usr/sbin/mariadbd", *self._database(folder)]
        command += [
            "--skip-networking",
            f"--socket={folder / 'socket'}",
            f"--pid-file={folder / 'pid'}",
        ]
        with (
            (folder / "mariadb.log").open("w") as log,
            started(command, env=self.environment, stdout=log, stderr=log) as process,
        ):
            _wait(process, lambda: self._answers(folder), log.name)
            yield

    def _database(self, folder):
        return [
            "--no-defaults",
            f"--basedir={self.root / 'usr'}",
            f"--datadir={folder / 'data'}",
            "--innodb-log-file-size=4M",
            "--innodb-buffer-pool-size=32M",
            "--innodb-flush-log-at-trx-commit=0",
            *(["--user=root"] if os.geteuid() == 0 else []),
        ]

    def _answers(self, folder):
        with contextlib.suppress(Problem):
            return bool(self.sql(folder, "SELECT 1"))
        return False

    def sql(self, folder, statement):
        """Run SQL and return what it prints."""
        ask = [self.root / "usr/bin/mariadb", "--no-defaults", "--user=root"]
        return run(
            [*ask, f"--socket={folder / 'socket'}", f"--execute={statement}"],
            "asking MariaDB",
            env=self.environment,
        )

    @contextlib.contextmanager
    def serving(self, folder, port=0):
        """Yield the Site that PHP's own web server shows."""
        port = _get_free_port(port)
        url = f"http://{HOST}:{port}"
        environment = self.site_environment(folder, url)
        command = [*self._php(), "-S", f"{HOST}:{port}", "-t", self.site]
        with (
            (folder / "php.log").open("w") as log,
            started(
                command,
                cwd=self.site,
                env=environment,
                stdout=log,
                stderr=log,
            ) as process,
        ):
            _wait(process, lambda: _is_shown(url), log.name)
            yield Site(url, self, environment, process)


def _wait(process, is_ready, log):
    """Return when it is ready; raise Problem if it ends before or takes too long."""
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        if is_ready():
            return
        time.sleep(0.1)
    words = Path(log).read_text().strip().splitlines()[-4:]
    raise Problem("\n  ".join(["a server of WordPress does not start:", *words]))


def _is_shown(url):
    with contextlib.suppress(OSError), urllib.request.urlopen(url) as answer:
        return answer.status == 200
    return False


def _get_free_port(port):
    """Return that port, or any for 0; raise Problem if something listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise Problem(f"port {port} is occupied; choose another.") from None
        return probe.getsockname()[1]
