"""The values that all wings exchange. It imports nothing of the other wings."""
