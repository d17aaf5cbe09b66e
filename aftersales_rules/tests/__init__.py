from . import test_credit_hold
from . import test_decision
from . import test_demo_company
from . import test_hold_flows
from . import test_settings
from . import test_threshold
from . import test_version
