from . import test_list
from . import test_page
from . import test_reply
from . import test_rights
from . import test_routes
from . import test_seen
from . import test_uploads_engine
