from . import aftersales_skill_need
from . import aftersales_resource_skill
from . import resource_resource
