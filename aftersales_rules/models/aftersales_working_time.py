# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta, timezone

HORIZON = timedelta(days=365)
"""How far calendars are read; what does not fit goes on at the same pace."""


class WorkingTime:
    """Working hours of companies and work centres, read once for many questions."""

    def __init__(self, env, now):
        self._env = env
        self._start = now.replace(tzinfo=timezone.utc)
        self._intervals = {}

    def _get_intervals(self, calendar, resource):
        key = (calendar, resource)
        if key not in self._intervals:
            read = calendar._work_intervals_batch(
                # from the day's start: what is before now is passed over
                self._start - timedelta(days=1),
                self._start + HORIZON,
                resources=resource,
            )
            self._intervals[key] = [
                (start.astimezone(timezone.utc), stop.astimezone(timezone.utc))
                for start, stop, _records in read[resource.id]
            ]
        return self._intervals[key]

    def add_hours(self, moment, hours, resource):
        """When so many hours are worked off, from a naive moment in UTC."""
        calendar = resource.calendar_id
        if hours <= 0:
            return moment
        if not calendar:
            return moment + timedelta(hours=hours)  # works around the clock
        at = moment.replace(tzinfo=timezone.utc)
        left = timedelta(hours=hours)
        worked = timedelta()
        for start, stop in self._get_intervals(calendar, resource):
            begin = max(start, at)
            if begin >= stop:
                continue
            if stop - begin >= left:
                return (begin + left).replace(tzinfo=None)
            left -= stop - begin
            worked += stop - begin
        if not worked:
            return moment + timedelta(hours=hours)
        pace = HORIZON / worked
        return (self._start + HORIZON + left * pace).replace(tzinfo=None)

    def get_working_day(self, local, calendar):
        """The day of a local moment, or the next one on which the company works."""
        if not calendar:
            return local.date()
        zone = local.tzinfo
        resource = self._env["resource.resource"]
        for start, stop in self._get_intervals(calendar, resource):
            if stop.astimezone(zone) <= local.replace(
                hour=0, minute=0, second=0, microsecond=0
            ):
                continue
            return max(start.astimezone(zone).date(), local.date())
        return local.date()
