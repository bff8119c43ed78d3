"""What programs of others are sent: signatures and pauses. Pure Python."""

import hashlib
import hmac
from datetime import timedelta

# Before each further try; after the last one a message is given up.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)
# How long nothing at all is sent to who does not answer, whatever there is to send.
SHORTEST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=1)


def sign(secrets, moment, body):
    """Return the value of the header by which a receiver knows who sends.

    :param secrets: one, or two while receivers change to a new one
    :param moment: seconds since 1970, part of what is signed: an old message that
        somebody sends again does not pass for a new one
    :param body: bytes, as they are sent

    >>> sign(["s"], 7, b"{}")
    't=7,v1=b12cae8f0db9d3d7c47e9b81ab46de84afeb161044a1c6fb23057d023b1e2b55'
    """
    signed = b"%d.%s" % (moment, body)
    digests = [
        hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        for secret in secrets
    ]
    return ",".join([f"t={moment}", *(f"v1={digest}" for digest in digests)])


def get_pause(tries):
    """Return how long to wait after so many tries that failed; None to give up."""
    return PAUSES[tries - 1] if tries <= len(PAUSES) else None


def get_rest(failing_for):
    """Return how long to leave a receiver alone that has not answered for so long."""
    return min(max(failing_for / 4, SHORTEST_REST), LONGEST_REST)
