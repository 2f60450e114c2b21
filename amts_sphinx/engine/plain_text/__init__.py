"""Coded text through engines that take plain sentences and give no alignment."""
