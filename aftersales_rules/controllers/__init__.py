from . import portal_project
from . import portal_complaint
