from . import test_judge_engine
from . import test_postcode_engine
from . import test_recurrence_engine
