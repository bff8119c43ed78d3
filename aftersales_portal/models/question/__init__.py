from . import aftersales_question
from . import aftersales_question_answer
from . import aftersales_question_asked
from . import aftersales_question_asked_link
from . import aftersales_question_asked_said
from . import aftersales_case_question
from . import aftersales_case_type_question
from . import aftersales_type_stage_question
