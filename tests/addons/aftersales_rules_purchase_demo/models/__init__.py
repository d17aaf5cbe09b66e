# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import aftersales_extension
from . import aftersales_version
from . import aftersales_fact_origin
from . import aftersales_purchase_facts
from . import purchase_order
from . import res_company
from . import res_config_settings
