from . import call
from . import thread
