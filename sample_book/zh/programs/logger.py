"""Read a sensor at a fixed interval and append the readings to a file."""

import csv
import time
from datetime import datetime, timezone


def read_sensor():
    """Replace this function with the driver of your own sensor."""
    return 21.5


def log(path, interval, count):
    """Write the given number of readings, one row for each."""
    for _ in range(count):
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        with open(path, "a", newline="") as stream:
            csv.writer(stream).writerow([now, read_sensor()])
        time.sleep(interval)


if __name__ == "__main__":
    log("readings.csv", interval=600, count=6)
