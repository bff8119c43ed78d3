from . import test_judge_engine
