# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a button answers to the web client."""

RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}
"""Shows anew what is on the screen."""


def notification(message, kind, *, title=None, sticky=False, then=None):
    """Say something at the edge of the screen, and go on.

    :param str kind: ``success``, ``info``, ``warning`` or ``danger``
    :param bool sticky: it stays until it is closed
    :param dict then: the action that follows, ``RELOAD`` in most cases
    """
    params = {"type": kind, "message": message, "sticky": sticky}
    if title:
        params["title"] = title
    if then:
        params["next"] = then
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": params,
    }
