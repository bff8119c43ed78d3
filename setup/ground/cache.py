"""The one folder that holds everything fetched or built.

Nothing in it is precious: removing it costs the time of a first run.
"""

import fcntl
import os
import shutil
import stat
from contextlib import contextmanager
from pathlib import Path

from .report import Problem, say

COMPLETE = ".complete"
ROOM_NEEDED = 3 * 1024**3


def folder():
    """Return the cache folder, made if needed.

    Raises Problem if it cannot be used.
    """
    path = _chosen_folder()
    try:
        if not path.exists():
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o755)
    except OSError as error:
        raise Problem(
            f"the cache folder {path} cannot be made ({error.strerror}); "
            "set AFTERSALES_CACHE to a folder you can write."
        ) from error
    if not path.is_dir() or not os.access(path, os.W_OK | os.X_OK):
        raise Problem(
            f"the cache folder {path} cannot be written; "
            "set AFTERSALES_CACHE to a folder of your own."
        )
    if os.geteuid() == 0:
        _check_others_can_enter(path)
    return path


def _chosen_folder():
    """Return the folder asked for, or the user's own, or the system's for root."""
    if chosen := os.environ.get("AFTERSALES_CACHE"):
        return Path(chosen).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/cache/aftersales")
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "aftersales"


def _check_others_can_enter(path):
    """Raise Problem if the unprivileged user that runs PostgreSQL is kept out."""
    for part in (path, *path.parents):
        if not part.stat().st_mode & stat.S_IXOTH:
            raise Problem(
                f"PostgreSQL does not run as root and no other user can enter {part}; "
                "set AFTERSALES_CACHE to another folder."
            )


@contextmanager
def lock(name, inherited=False):
    """Hold the lock of that name; wait for other programs to release it.

    If `inherited`, so do the commands that `report.run` starts meanwhile: what one of
    them still writes after this program was killed is waited for as well.
    """
    locks = folder() / "locks"
    locks.mkdir(exist_ok=True)
    with (locks / name).open("a") as file:
        os.set_inheritable(file.fileno(), inherited)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"    waiting for another program to finish ({name})")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_complete(path):
    """Return whether `build` has finished that folder."""
    return (path / COMPLETE).exists()


def build(path, make):
    """Return `path`, filled by `make(path)` unless an earlier run completed it.

    What an interrupted run left behind has no mark of completion and is removed.
    """
    if is_complete(path):
        return path
    with lock("build", inherited=True):
        if is_complete(path):
            return path
        _check_room()
        if path.exists():
            shutil.rmtree(path)
        path.mkdir(parents=True)
        make(path)
        (path / COMPLETE).touch()
    return path


def _check_room():
    """Raise Problem if the disk is too full to build anything."""
    free = shutil.disk_usage(folder()).free
    if free < ROOM_NEEDED:
        raise Problem(
            f"{folder()} has {free / 1024**3:.1f} GB free and "
            f"{ROOM_NEEDED / 1024**3:.0f} GB are needed; "
            "free some space or set AFTERSALES_CACHE to another disk."
        )


def process_runs(pid):
    """Return whether a process with that number is alive."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
