"""Programs that run beside this one, and end with it."""

import contextlib
import ctypes
import signal
import subprocess

SECONDS_TO_END = 20
# Of Linux's prctl(2): the signal to get when the parent dies.
PR_SET_PDEATHSIG = 1


@contextlib.contextmanager
def started(command, **options):
    """Yield the process of a command; end it with the block."""
    process = subprocess.Popen(command, preexec_fn=end_with_parent, **options)
    try:
        yield process
    finally:
        _end(process)


def end_with_parent():
    """Let the kernel end this process when the one that started it is killed.

    Else a server whose program was killed would keep its port for good.
    """
    libc = ctypes.CDLL(None)
    # Where the kernel is not Linux there is no such thing.
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(process):
    """End a process if it still runs, gently at first."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
