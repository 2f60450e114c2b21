"""Mark impossible readings as missing values."""


def in_range(value, lowest, highest):
    """Tell whether a reading lies between the two limits."""
    return value is not None and lowest <= value <= highest


def clean(readings, lowest, highest):
    """Replace every reading outside the limits with None."""
    return [
        value if in_range(value, lowest, highest) else None
        for value in readings
    ]
