# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools.convert import convert_file

_ADDON = "aftersales_rules"


class AftersalesTable(models.AbstractModel):
    """Records that come as rows of a table, and are the administrator's from then on.

    Odoo creates the rows of a CSV file together, the records of an XML file one after
    the other, but for a CSV file of the manifest there is no ``noupdate``. Here there
    is: rows that are missing come in, at installation and at each upgrade; what is
    there already stays as it is.
    """

    _name = "aftersales.table"
    _description = "Tables of Starting Data"

    @api.model
    def _load(self, path):
        """Bring in the rows of this file, which is named after its model.

        :param path: below the folder of the addon
        """
        # As for XML files, --reinit puts back what was changed; Odoo knows of it only
        # while it loads addons.
        reinit = _ADDON in getattr(self.pool, "_reinit_modules", ())
        mode = "init" if reinit else "update"
        convert_file(self.env, _ADDON, path, None, mode=mode, noupdate=True)
