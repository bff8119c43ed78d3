"""The way between two points as long as no roads are known: values in, minutes out."""

from math import asin, ceil, cos, radians, sin, sqrt

RADIUS_KM = 6371.0
# Roads are longer than the straight line.
DETOUR = 1.3


def straight_km(a, b):
    """Return the kilometres between two ``(latitude, longitude)`` in degrees."""
    (lat_a, lon_a), (lat_b, lon_b) = (map(radians, point) for point in (a, b))
    half = sin((lat_b - lat_a) / 2) ** 2
    half += cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * RADIUS_KM * asin(min(1, sqrt(half)))


class Travel:
    """How long one drives."""

    def __init__(self, speed):
        """Take a speed.

        :param speed: km/h on the road; 0 where nobody wants travel looked at
        """
        self._speed = speed
        self._known = {}

    def minutes(self, a, b):
        """Return the whole minutes between two points; 0 where one is not known.

        :param a: ``(latitude, longitude)`` or None
        """
        if not a or not b or a == b or self._speed <= 0:
            return 0
        if (a, b) not in self._known:
            hours = straight_km(a, b) * DETOUR / self._speed
            self._known[a, b] = ceil(hours * 60)
        return self._known[a, b]
