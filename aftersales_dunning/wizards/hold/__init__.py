from . import aftersales_dunning_proposal
from . import aftersales_dunning_release
from . import aftersales_dunning_renewal
