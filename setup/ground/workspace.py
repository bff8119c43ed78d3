"""The prepared ground as one object: run Odoo and PostgreSQL's programs on it."""

import contextlib
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import (
    REPO,
    SETUP,
    addons,
    cache,
    javascript,
    postgres,
    process,
    python,
    source,
    system,
)
from .odoolog import bad_entries
from .report import Problem, run

CONFIG = """[options]
addons_path = {addons_path}
data_dir = {data_dir}
screenshots = {data_dir}/screenshots
db_host = {host}
db_port = {port}
db_user = {user}
http_interface = 127.0.0.1
list_db = False
workers = 0
max_cron_threads = 0
unaccent = True
"""
SHOWN_REASONS = 3


@dataclass
class Workspace:
    """Odoo, its environment and a running PostgreSQL."""

    odoo: source.Odoo
    venv: Path
    server: postgres.Server
    manifests: dict
    # The folder of JavaScript packages, for programs that need npm.
    modules: Path | None = None
    data_folder: Path = field(init=False)
    config: Path = field(init=False)

    def __post_init__(self):
        self.data_folder = cache.folder() / f"data-{self.server.key}"
        self.data_folder.mkdir(exist_ok=True)
        self.config = self._write_config()

    @property
    def checkout(self):
        """A short name for this copy of the repository: copies may share a cache."""
        return hashlib.sha256(str(REPO).encode()).hexdigest()[:6]

    @property
    def environment(self):
        """The variables for a program that runs on this ground."""
        kept = dict(os.environ)
        # Odoo without bytecode takes twice as long to start.
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        folders = [self.venv / "bin", self.server.bin_folder]
        modules = {"NODE_PATH": str(self.modules)} if self.modules else {}
        return {
            **kept,
            **modules,
            **self.server.environment,
            "VIRTUAL_ENV": str(self.venv),
            "ODOO_RC": str(self.config),
            "PYTHONPATH": str(SETUP),
            "PATH": os.pathsep.join([*map(str, folders), kept.get("PATH", "")]),
        }

    def _write_config(self):
        """Write Odoo's configuration file for this copy and return its path."""
        path = self.data_folder / f"odoo-{self.checkout}.conf"
        own = (REPO,) if self.manifests else ()
        text = CONFIG.format(
            addons_path=",".join(map(str, (*own, *self.odoo.addons))),
            data_dir=self.data_folder,
            host=self.server.host,
            port=self.server.port,
            user=self.server.user,
        )
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(text)
        partial.rename(path)
        return path

    @contextlib.contextmanager
    def started(self, command, **options):
        """Yield the process of a command; end it with the block."""
        arguments = [str(part) for part in command]
        if not shutil.which(arguments[0], path=self.environment["PATH"]):
            raise Problem(f"{arguments[0]} is no command on this machine.")
        with process.started(arguments, env=self.environment, **options) as running:
            yield running

    def call(self, command, timeout=None, **options):
        """Run a command in the foreground and return its exit code.

        An interruption from the keyboard reaches the command itself, which decides
        what to do. Raises Problem when it takes longer than `timeout` seconds.
        """
        with self.started(command, **options) as running:
            while True:
                try:
                    return running.wait(timeout)
                except KeyboardInterrupt:
                    continue
                except subprocess.TimeoutExpired:
                    raise Problem(
                        f"{command[0]} took longer than {timeout} s and was ended."
                    ) from None

    def sql(self, statement, database="postgres"):
        """Run SQL and return what psql prints, bare."""
        psql = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, database]
        return run(psql, "a database command", env=self.environment).strip()

    def run_odoo(self, *arguments, script="", timeout=1800):
        """Run Odoo without HTTP, `script` as its input; return its output and log.

        Raises Problem when Odoo fails or takes longer than `timeout` seconds.
        """
        try:
            done = subprocess.run(
                ["odoo", *map(str, arguments)],
                env=self.environment,
                input=script,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=timeout,
                check=False,
                preexec_fn=process.end_with_parent,
            )
        except subprocess.TimeoutExpired:
            raise Problem(f"Odoo took longer than {timeout} s.") from None
        if done.returncode:
            # What went wrong at first matters; the end is often a consequence.
            reasons = bad_entries(done.stdout)[:SHOWN_REASONS] or [done.stdout.strip()]
            raise Problem(
                "\n".join([f"Odoo failed (exit {done.returncode}):", *reasons])
            )
        return done.stdout

    def odoo_batch(self, database, *arguments):
        """Run Odoo on a database until it stops by itself; return its log."""
        return self.run_odoo(
            "-d", database, *arguments, "--stop-after-init", "--no-http"
        )

    def odoo_shell(self, database, script):
        """Run a Python script in an Odoo shell; return its output and log."""
        return self.run_odoo("shell", "-d", database, "--no-http", script=script)


@contextlib.contextmanager
def ready(programs=()):
    """Yield a Workspace, everything fetched, built and started as needed.

    `programs` are those of `ground.system` that must be on the machine.
    """
    system.require(programs)
    odoo = source.find()
    venv = python.build_venv(odoo)
    modules = javascript.install() if system.NPM in programs else None
    with postgres.running() as server:
        yield Workspace(odoo, venv, server, addons.own(), modules)
