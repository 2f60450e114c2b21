"""Small statistics for lists of readings; None is a missing value."""


def valid(readings):
    """Return the readings that are not missing."""
    return [value for value in readings if value is not None]


def mean(readings):
    """Return the average of the valid readings."""
    values = valid(readings)
    if not values:
        raise ValueError("there is no valid reading")
    return sum(values) / len(values)


def median(readings):
    """Return the middle value of the sorted readings."""
    values = sorted(valid(readings))
    if not values:
        raise ValueError("there is no valid reading")
    middle = len(values) // 2
    if len(values) % 2:
        return values[middle]
    return (values[middle - 1] + values[middle]) / 2
