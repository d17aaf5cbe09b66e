from . import portal_project
from . import portal_complaint
from . import portal_complaint_photo
from . import portal_complaint_status
from . import cost_source_file
from . import rule_exchange
