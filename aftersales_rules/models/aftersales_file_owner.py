# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AftersalesFileOwner(models.AbstractModel):
    """Records with photos or files of their own.

    A file that was uploaded before its record was saved belongs to nobody but its
    uploader; here it is given to the record, so that whoever may read the one sees
    the other.
    """

    _name = "aftersales.file.owner"
    _description = "Owner of Files"

    def _adopt(self, name):
        """Make the files of a field belong to their record."""
        for record in self:
            files = record[name]
            files.check_access("read")
            # sudo: a file that belongs to nothing is given away by its uploader; what
            # belongs to another document stays there
            free = files.sudo().filtered(
                lambda file: not file.res_id
                and (self.env.su or file.create_uid.id == self.env.uid)
            )
            if free:
                free.write({"res_model": record._name, "res_id": record.id})
