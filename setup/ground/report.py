"""Progress on the screen, and errors as one sentence instead of a traceback."""

import errno
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

HEARTBEAT_SECONDS = 15
LAST_WORDS = 4
NETWORK_HINT = "is the network up?"


class Problem(Exception):
    """Something a person must put right; the text says what and how."""


def say(text):
    """Print a line of progress; standard output stays for results."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title):
    """Announce a long step, show that it lives, and say how long it took."""
    started = time.monotonic()
    ended = threading.Event()

    def beat():
        while not ended.wait(HEARTBEAT_SECONDS):
            say(f"    ... {title}, {time.monotonic() - started:.0f} s")

    say(f"==> {title}")
    threading.Thread(target=beat, daemon=True).start()
    try:
        yield
    finally:
        ended.set()
    say(f"    done in {time.monotonic() - started:.0f} s")


def run(command, what, hint="", **options):
    """Run a command silently and return its standard output.

    When it fails, raises Problem that says `what` failed, `hint`, and the command's
    last words.
    """
    try:
        done = subprocess.run(
            [str(part) for part in command],
            check=False,
            capture_output=True,
            text=True,
            # What is inheritable was made so on purpose: see `cache.lock`.
            close_fds=False,
            **{"stdin": subprocess.DEVNULL} | options,
        )
    except FileNotFoundError as error:
        raise Problem(f"{what} failed: {error.filename} is missing.") from error
    if done.returncode:
        tail = (done.stdout + done.stderr).strip().splitlines()[-LAST_WORDS:]
        raise Problem("\n  ".join([f"{what} failed{hint and '; '}{hint}:", *tail]))
    return done.stdout


def program(main):
    """Call `main` as a whole program: exit code out, problems as one sentence."""
    # As an exception, so that what `main` started is stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        code = main()
    except Problem as problem:
        say(f"error: {problem}")
        code = 1
    except KeyboardInterrupt:
        say("interrupted")
        code = 130
    except PermissionError as error:
        say(f"error: {error.filename} belongs to another user; give it to this one.")
        code = 1
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        say("error: the disk is full; free some space or set AFTERSALES_CACHE.")
        code = 1
    sys.exit(code)
