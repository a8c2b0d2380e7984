"""When Swedish banks are open, by the `holidays` library."""

from __future__ import annotations

from datetime import date

import holidays


class SwedishBankCalendar:
    """Weekends, public holidays and the three eves on which Swedish banks carry out no payments."""

    def __init__(self) -> None:
        self._holidays = holidays.country_holidays("SE", categories=("public", "de_facto"), include_sundays=False)

    def is_bank_day(self, day: date) -> bool:
        """Tell whether Swedish banks carry out payments on a day."""
        return day.weekday() < 5 and day not in self._holidays
