from . import test_clock
from . import test_clock_changes
from . import test_clock_hand
from . import test_clock_properties
from . import test_clock_table
from . import test_clock_terms
from . import test_scripts
