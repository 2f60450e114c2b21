"""
A single wave
=============

It comes from the west and breaks at the pier.
"""

# %%
# How high it is
# --------------
# The height is the distance from trough to crest.

height = 3 - 1
print(height)
